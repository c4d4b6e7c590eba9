using System.Diagnostics;
using System.Net;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>Waits for the web interface of a server.</summary>
internal static class WebSites
{
    /// <summary>Waits for the site: the first use builds it, in the background.</summary>
    /// <param name="ui">The address of the UI port.</param>
    /// <returns>Why there is no site; null when there is one.</returns>
    public static async Task<string?> WaitForAsync(Uri ui)
    {
        using var http = new HttpClient();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(8); await Task.Delay(500))
        {
            using var response = await http.GetAsync(ui);
            if (response.StatusCode == HttpStatusCode.OK) return null;
            var text = await response.Content.ReadAsStringAsync();
            if (text.Contains("No web interface", StringComparison.Ordinal)) return text;
        }

        throw new TimeoutException("The web interface was not built in eight minutes.");
    }
}
