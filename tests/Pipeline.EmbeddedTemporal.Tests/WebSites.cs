using System.Diagnostics;
using System.Net;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>What the tests of the web interface share.</summary>
internal static class WebSites
{
    /// <summary>Where a screenshot of this name is kept.</summary>
    public static string Shot(string name) => Path.Combine(Repository.Root, ".pipeline", "test-output", "web-ui", name);

    public static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var watch = Stopwatch.StartNew(); !await condition(); await Task.Delay(100)) watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    /// <summary>Waits for the site: the first use builds it, in the background. Skips where it cannot be built.</summary>
    public static async Task WaitForAsync(Uri ui)
    {
        using var http = new HttpClient();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(8); await Task.Delay(1000))
        {
            using var response = await http.GetAsync(ui);
            if (response.StatusCode == HttpStatusCode.OK) return;
            var text = await response.Content.ReadAsStringAsync();
            Assert.SkipWhen(text.Contains("No web interface", StringComparison.Ordinal), text);
        }

        Assert.Fail("The web interface was not built in eight minutes.");
    }
}
