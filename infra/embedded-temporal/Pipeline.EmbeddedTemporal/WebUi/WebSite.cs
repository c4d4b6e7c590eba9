using Microsoft.AspNetCore.StaticFiles;

namespace Pipeline.EmbeddedTemporal.WebUi;

// Serves the built web interface: its files, and index.html for every other path, which the pages route in the browser.
internal sealed class WebSite(WebSiteBuild build)
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    public async Task HandleAsync(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (build.Folder is not { } folder)
        {
            await WaitingPage.SendAsync(http, build);
            return;
        }

        var path = http.Request.Path.Value ?? "/";
        var file = Path.GetFullPath(Path.Combine(folder, path.TrimStart('/')));
        var inside = file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && File.Exists(file);
        if (!inside && path.StartsWith("/_app/", StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!inside) file = Path.Combine(folder, "index.html");
        http.Response.ContentType = Types.TryGetContentType(file, out var type) ? type : "application/octet-stream";
        http.Response.Headers.CacheControl = path.StartsWith("/_app/immutable/", StringComparison.Ordinal) && inside
            ? "public, max-age=31536000, immutable"
            : "no-cache";
        http.Response.Headers["X-Content-Type-Options"] = "nosniff";
        http.Response.Headers["X-Frame-Options"] = "SAMEORIGIN";
        if (HttpMethods.IsGet(http.Request.Method)) await http.Response.SendFileAsync(file, http.RequestAborted);
    }
}
