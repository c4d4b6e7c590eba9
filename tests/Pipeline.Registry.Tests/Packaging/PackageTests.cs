using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Models;
using Pipeline.Registry.Packaging;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests.Packaging;

public sealed class PackageTests : IDisposable
{
    private static readonly ModelCard Card = new()
    {
        Title = "Sections",
        Kind = PackageKind.Adapter,
        Licence = "Apache-2.0",
        Base = new BaseModelRef("tiny/Llama-33K", "r1", "ab"),
        Datasets = ["debian"],
        Languages = ["en"],
        Tags = ["lora"],
        Results = [new CardResult("mmlu", "debian-mmlu/test", "accuracy", 0.625)],
        Obligations = ["ship the licence text"],
    };

    private readonly TempDirectory _directory = new();

    [Fact]
    public async Task S0_14_SameInputs_GiveTheSamePackage_WhereverAndWheneverItIsMade()
    {
        var one = await Open("one").CreateAsync(Adapter("a"), Card);
        File.SetLastWriteTimeUtc(Path.Combine(Adapter("b"), "adapter_config.json"), DateTime.UnixEpoch);
        var two = await Open("two").CreateAsync(_directory.Combine("b"), Card);
        two.VersionId.ShouldBe(one.VersionId);
        (await Open("one").CreateAsync(Adapter("c"), Card with { Title = "Other" })).VersionId.ShouldNotBe(
            one.VersionId);
    }

    [Fact]
    public async Task S0_14_Unpacked_IsTheSameFilesWithAListOfDigests()
    {
        var package = Open("store");
        var manifest = await package.CreateAsync(Adapter("a"), Card);
        await package.UnpackAsync(manifest.VersionId, _directory.Combine("out"));
        foreach (var name in new[] { "adapter_config.json", "adapter_model.safetensors", "tokenizer.json" })
        {
            File.ReadAllBytes(_directory.Combine("out", name))
                .ShouldBe(File.ReadAllBytes(_directory.Combine("a", name)));
        }

        var list = await File.ReadAllTextAsync(_directory.Combine("out", "MANIFEST.json"));
        manifest.Files.ShouldAllBe(file => list.Contains(file.Sha256));
        // Again is no work; another package, or a file that was changed, is not covered up.
        await package.UnpackAsync(manifest.VersionId, _directory.Combine("out"));
        File.AppendAllText(_directory.Combine("out", manifest.Files[0].Name), "x");
        (await Should.ThrowAsync<InvalidDataException>(
            () => package.UnpackAsync(manifest.VersionId, _directory.Combine("out"))))
            .Message.ShouldContain("is not empty");
    }

    [Fact]
    public async Task F37_ChangedFile_IsNotUnpacked()
    {
        var package = Open("store");
        var manifest = await package.CreateAsync(Adapter("a"), Card);
        var weights = manifest.Files.Single(file => file.Name == "adapter_model.safetensors");
        var blob = Directory.GetFiles(_directory.Combine("store"), weights.Sha256, SearchOption.AllDirectories)
            .Single();
        await File.WriteAllBytesAsync(blob, "WEIGHTS"u8.ToArray());
        (await Should.ThrowAsync<RegistryException>(
            () => package.UnpackAsync(manifest.VersionId, _directory.Combine("out")))).Code.ShouldBe("E-REG-DIGEST");
        File.Exists(_directory.Combine("out", "adapter_model.safetensors")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("modeling_tiny.py"), InlineData("pytorch_model.bin"), InlineData("adapter_model.bin"),
        InlineData("model.ckpt")]
    [InlineData("run.sh"), InlineData("model.safetensors"), InlineData("model-00001-of-00002.safetensors")]
    public async Task B45_ExtraFile_IsRefused(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(Adapter("a"), name), "x");
        (await Should.ThrowAsync<InvalidDataException>(
            () => Open("store").CreateAsync(_directory.Combine("a"), Card))).Message.ShouldContain(name);
    }

    [Fact]
    public async Task B45_LinksFoldersAndMissingFiles_AreRefused()
    {
        File.CreateSymbolicLink(Path.Combine(Adapter("a"), "LICENSE"), "/etc/hostname");
        await Should.ThrowAsync<InvalidDataException>(() => Open("store").CreateAsync(_directory.Combine("a"), Card));
        Directory.CreateDirectory(Path.Combine(Adapter("b"), "NOTICE"));
        await Should.ThrowAsync<InvalidDataException>(() => Open("store").CreateAsync(_directory.Combine("b"), Card));
        File.Delete(Path.Combine(Adapter("c"), "adapter_model.safetensors"));
        (await Should.ThrowAsync<InvalidDataException>(
            () => Open("store").CreateAsync(_directory.Combine("c"), Card))).Message.ShouldContain("is missing");
    }

    [Fact]
    public async Task S0_26_AutoMap_IsRefusedAndNothingRuns()
    {
        var marker = _directory.Combine("ran");
        await File.WriteAllTextAsync(
            Path.Combine(Adapter("a"), "config.json"),
            """{"model_type":"llama","auto_map":{"AutoModel":"modeling.Tiny"}}""");
        var refused = await Should.ThrowAsync<InvalidDataException>(
            () => Open("store").CreateAsync(_directory.Combine("a"), Card));
        refused.Message.ShouldContain("auto_map");
        await File.WriteAllTextAsync(Path.Combine(Adapter("b"), "modeling.py"), $"open('{marker}', 'w')");
        await Should.ThrowAsync<InvalidDataException>(() => Open("store").CreateAsync(_directory.Combine("b"), Card));
        File.Exists(marker).ShouldBeFalse();
    }

    [Theory, InlineData("../evil"), InlineData("/tmp/evil"), InlineData("a/b"), InlineData("modeling.py"),
        InlineData("MANIFEST.json")]
    public async Task B14_ManifestWithAStrangeName_IsNotUnpacked(string name)
    {
        var artifacts = new ArtifactStore(new DirectoryObjectStore(_directory.Combine("store")));
        var file = await artifacts.PutBytesAsync("x"u8.ToArray(), name);
        var id = await artifacts.CommitAsync(Manifest.Create("package", [file], []));
        await Should.ThrowAsync<InvalidDataException>(
            () => new Package(artifacts).UnpackAsync(id, _directory.Combine("out")));
        Directory.Exists(_directory.Combine("out")).ShouldBeFalse();
    }

    [Fact]
    public void B64_Card_HoldsNoLiveMarkupAndNoSecondFrontMatter()
    {
        var text = ModelCardWriter.Write(Card with
        {
            Title = "x\n---\nlicense: mit",
            Description = "<script>alert(1)</script> [click](javascript:x) ![i](http://x) | a",
            Licence = "MIT AND CC-BY-4.0",
        });
        text.Split('\n').Count(line => line == "---").ShouldBe(2);
        text.Split('\n').Count(line => line.StartsWith("license:", StringComparison.Ordinal)).ShouldBe(1);
        text.ShouldContain("license: other\nlicense_name: \"MIT AND CC-BY-4.0\"\n");
        text.ShouldNotContain("<script");
        text.ShouldContain(@"\[click\](javascript:x) \!\[i\](http://x) \| a");
        text.ShouldContain("base_model: \"tiny/Llama-33K\"\nbase_model_relation: adapter\nlibrary_name: peft\n");
        text.ShouldContain("      value: 0.625\n");
    }

    public void Dispose() => _directory.Dispose();

    private string Adapter(string name)
    {
        var folder = Directory.CreateDirectory(_directory.Combine(name)).FullName;
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), """{"peft_type":"LORA","r":4}""");
        File.WriteAllText(Path.Combine(folder, "adapter_model.safetensors"), "weights");
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "README.md"), "a card that is replaced");
        return folder;
    }

    private Package Open(string store) => new(new ArtifactStore(new DirectoryObjectStore(_directory.Combine(store))));
}
