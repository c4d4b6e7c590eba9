using System.Net;

namespace Pipeline.EmbeddedTemporal;

// `operator cluster health`: asks a server whether it serves.
internal static class HealthCheck
{
    public static async Task<int> RunAsync(string[] args)
    {
        var given = Array.FindIndex(args, a => a == "--address");
        var address = given >= 0 && given + 1 < args.Length
            ? args[given + 1] : Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") ?? "127.0.0.1:7233";
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}{GrpcEndpoint.HealthPath}")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(new byte[5]),
            };
            request.Content.Headers.ContentType = new("application/grpc");
            using var response = await http.SendAsync(request);
            var body = await response.Content.ReadAsByteArrayAsync();
            // A message of two bytes: field 1 is 1, which stands for SERVING.
            var serving = body is [0, 0, 0, 0, 2, 8, 1];
            Console.WriteLine(serving ? "SERVING" : "NOT_SERVING");
            return serving ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or UriFormatException)
        {
            Console.Error.WriteLine($"No server answers at {address}: {error.Message}");
            return 1;
        }
    }
}
