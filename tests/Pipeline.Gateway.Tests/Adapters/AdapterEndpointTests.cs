using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Tests.Adapters;

public sealed class AdapterEndpointTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private TestGateway? _gateway;

    private TestGateway Gateway => _gateway ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _gateway =
            await TestGateway.StartAsync(options => options with { AdapterRoot = _folder.Path, MaxLoraRank = 64 });
        Gateway.AddAdapter("made", "1", _folder.Path);
        Gateway.Catalog.Remove("made");
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task S1_34_LoadAndUnload_WorkAsVllmClientsExpect()
    {
        var (status, _, response) = await LoadAsync("sql-lora", "made-1");
        status.ShouldBe(200);
        (await response.Content.ReadAsStringAsync()).ShouldBe("Success: LoRA adapter 'sql-lora' added successfully.");
        (await LoadAsync("sql-lora", "made-1")).Status.ShouldBe(400);
        var models = (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "sql-lora"))).Response;
        models.Headers.GetValues("X-Adapter-Version").ShouldBe(["1"]);
        var list = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(
            await Gateway.Client.GetStringAsync("/v1/models")).GetProperty("data");
        var card = list.EnumerateArray().Single(model => model.GetProperty("id").GetString() == "sql-lora");
        card.GetProperty("parent").GetString().ShouldBe("bookworm");
        card.GetProperty("root").GetString().ShouldBe("sql-lora@1");
        (await Gateway.PostAsync("/v1/unload_lora_adapter", new { lora_name = "sql-lora" }, Gateway.Admin)).Status
            .ShouldBe(200);
        (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "sql-lora"))).Status.ShouldBe(404);
        (await Gateway.PostAsync("/v1/unload_lora_adapter", new { lora_name = "sql-lora" }, Gateway.Admin)).Status
            .ShouldBe(404);
        Gateway.Fake.Loaded.ShouldBeEmpty();
    }

    [Fact]
    public async Task S1_34_Unload_BusyAdapter_DrainsFirst()
    {
        await LoadAsync("sql-lora", "made-1");
        var gate = new TaskCompletionSource();
        Gateway.Fake.Pace = _ => gate.Task;
        var running = Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "sql-lora"));
        await TestGateway.UntilAsync(() => Gateway.Fake.Running > 0, "the request runs");

        var unload = Gateway.PostAsync("/v1/unload_lora_adapter", new { lora_name = "sql-lora" }, Gateway.Admin);
        await Task.Delay(50);
        unload.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        (await running).Status.ShouldBe(200);
        (await unload).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("../made-1")]
    [InlineData("/etc")]
    [InlineData("http://elsewhere/adapter")]
    [InlineData("made-1/../../x")]
    [InlineData("made%2e")]
    [InlineData("link")]
    [InlineData("")]
    [InlineData("missing")]
    public async Task B46_Load_PathOutsideTheRoot_IsRefused(string path)
    {
        Directory.CreateSymbolicLink(_folder.Combine("link"), _folder.Combine("made-1"));
        (await LoadAsync("sql-lora", path)).Status.ShouldBe(400);
        Gateway.Catalog.All().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("Sql")]
    [InlineData("a/b")]
    [InlineData("a@")]
    public async Task B46_Load_NameThatIsNone_IsRefused(string name) =>
        (await LoadAsync(name, "made-1")).Status.ShouldBe(400);

    [Fact]
    public async Task S1_34_Load_RankSixtyFive_IsRefused()
    {
        var config = Path.Combine(_folder.Combine("made-1"), "adapter_config.json");
        await File.WriteAllTextAsync(
            config, (await File.ReadAllTextAsync(config)).Replace("\"r\":4", "\"r\":65", StringComparison.Ordinal));
        var (status, body, _) = await LoadAsync("big", "made-1");
        status.ShouldBe(400);
        body.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("rank above 64");
    }

    [Fact]
    public async Task S2_27_TwoVersionsOfOneName_AreServedAtOnce_AndUnloadIsRefusedWhileUsed()
    {
        var one = Gateway.AddAdapter("support", "1", _folder.Path);
        var two = Gateway.AddAdapter("support", "2", _folder.Path);
        await Gateway.SetTrafficAsync(
            new TrafficState
            {
                Alias = "help",
                Stable = new TrafficArm { Adapter = "support@1", Digest = one.Digest },
            });
        foreach (var (model, digest) in ((string, string)[])[
            ("support@1", one.Digest), ("support@2", two.Digest), ("support", two.Digest), ("help", one.Digest)])
        {
            var response = (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", model))).Response;
            response.Headers.GetValues("X-Adapter-Digest").ShouldBe([digest], model);
        }

        (await Gateway.PostAsync("/v1/unload_lora_adapter", new { lora_name = "support@1" }, Gateway.Admin)).Status
            .ShouldBe(409);
        (await Gateway.PostAsync("/v1/unload_lora_adapter", new { lora_name = "support@2" }, Gateway.Admin)).Status
            .ShouldBe(200);
    }

    [Fact]
    public async Task S2_29_TamperedFile_IsRefusedAndTheOthersGoOn()
    {
        var good = Gateway.AddAdapter("good", "1", _folder.Path);
        var bad = Gateway.AddAdapter("bad", "1", _folder.Path);
        await File.WriteAllTextAsync(Path.Combine(bad.Directory, "adapter_model.safetensors"), "tampered");
        var (status, body, _) = await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "bad"));
        status.ShouldBe(503);
        body.GetProperty("error").GetProperty("code").GetString().ShouldBe("E-REG-DIGEST");
        (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "good"))).Response.Headers.GetValues(
            "X-Adapter-Digest").ShouldBe([good.Digest]);
        (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi"))).Status.ShouldBe(200);
    }

    [Fact]
    public void Scan_FolderWithGoodAndBadAdapters_ServesTheGoodAndNamesTheBad()
    {
        Gateway.AddAdapter("Not A Name", "1", _folder.Path);
        Directory.CreateDirectory(_folder.Combine("nested", "3"));
        File.Copy(Path.Combine(_folder.Combine("made-1"), "adapter_config.json"),
            Path.Combine(_folder.Combine("nested", "3"), "adapter_config.json"));
        File.WriteAllText(Path.Combine(_folder.Combine("nested", "3"), "adapter_model.safetensors"), "x");
        var problems = new List<string>();
        AdapterFolder.Scan(_folder.Path, 64, problems.Add).Select(adapter => adapter.Id)
            .ShouldBe(["made-1@1", "nested@3"]);
        problems.Single().ShouldContain("Not A Name-1");
    }

    [Theory]
    [InlineData("sql=/x/y", "sql", "/x/y")]
    [InlineData("{\"name\":\"sql\",\"path\":\"/x\",\"base_model_name\":\"b\"}", "sql", "/x")]
    public void S1_34_LoraModules_BothForms_AreRead(string text, string name, string path) =>
        LoraModule.Parse(text).ShouldBe(new LoraModule(name, path));

    private Task<(int Status, System.Text.Json.JsonElement Body, HttpResponseMessage Response)> LoadAsync(
        string name, string path) =>
        Gateway.PostAsync("/v1/load_lora_adapter", new { lora_name = name, lora_path = path }, Gateway.Admin);
}
