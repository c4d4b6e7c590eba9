using Pipeline.Registry.Models;
using Pipeline.Registry.Packaging;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Gateway.Tests.Support;

/// <summary>A model registry in a folder, with versions made of adapter directories.</summary>
internal sealed class TestRegistry(string folder)
{
    private const string Name = "packages";

    public ModelRegistry Registry { get; } = new(new DirectoryObjectStore(folder));

    public async Task<AdapterVersion> RegisterAsync(string directory)
    {
        var files = await BaseModel.DigestFilesAsync(TestGateway.ModelDirectory);
        var model = await Registry.Bases.RegisterAsync(new BaseModel
        {
            Id = "bookworm-6m",
            Revision = "main",
            Architecture = "llama",
            DType = "bf16",
            Parameters = 5_786_368,
            VocabularySize = 8192,
            ContextLength = 1024,
            Licence = "MIT",
            Files = files,
        });
        var card = new ModelCard { Title = "Packages", Kind = PackageKind.Adapter, Licence = "MIT", Base = model };
        var package = await new Package(Registry.Artifacts).CreateAsync(directory, card);
        return await Registry.RegisterAsync(new RegisterVersion
        {
            Name = Name,
            Package = package.VersionId,
            PackageKind = Package.ArtifactKind,
            Base = model,
            Actor = "test",
            IdempotencyKey = directory,
        });
    }

    public async Task MoveAsync(string alias, int? version)
    {
        int? now = (await Registry.StateAsync(Name)).Aliases.TryGetValue(alias, out var current) ? current : null;
        await Registry.MoveAliasAsync(new MoveAlias
        {
            Name = Name,
            Alias = alias,
            Version = version,
            Expected = now,
            Actor = "ada",
            Reason = "test",
            Waiver = "a test has no gates",
        });
    }
}
