using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Pipeline.Registry.Tests.Packaging;

/// <summary>
/// Adapters that PEFT wrote are read and written again; PEFT must be able to open the result, so every key that is
/// written is one of PEFT's with PEFT's value for that adapter, and every tensor has PEFT's name, shape, type and
/// bytes.
/// </summary>
public sealed class PeftParityTests
{
    private static readonly HashSet<string> Sets =
        new(StringComparer.Ordinal) { "target_modules", "exclude_modules", "modules_to_save" };

    [Fact]
    public void Save_EveryFixture_WritesNothingThatPeftDoesNotWriteAndReadsTheSame()
    {
        var compared = 0;
        foreach (var family in (string[])["llama", "qwen2", "gemma2"])
        {
            using var model = CausalLanguageModel.Load(Fixtures.Require($"models/{family}"), new() { Threads = 1 });
            foreach (var directory in Directory.EnumerateDirectories(Fixtures.Require($"peft/{family}"))
                .Order(StringComparer.Ordinal))
            {
                using var target = new TempDirectory();
                var adapter = LoraAdapter.Load(model, directory);
                adapter.Save(target.Path);
                adapter.Remove();
                CompareConfig(directory, target.Path);
                CompareTensors(directory, target.Path);
                compared++;
            }
        }

        compared.ShouldBeGreaterThan(10);
        Fixtures.Compared("adapters of PEFT, written again", compared);
    }

    private static void CompareConfig(string directory, string written)
    {
        using var theirs = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, LoraConfigJson.FileName)));
        using var ours = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(written, LoraConfigJson.FileName)));
        foreach (var property in ours.RootElement.EnumerateObject())
        {
            theirs.RootElement.TryGetProperty(property.Name, out var value)
                .ShouldBeTrue($"{directory}: PEFT has no key {property.Name}");
            Canonical(property.Name, property.Value)
                .ShouldBe(Canonical(property.Name, value), $"{directory}: {property.Name}");
        }
    }

    private static void CompareTensors(string directory, string written)
    {
        using var theirs = SafeTensorsFile.Open(Path.Combine(directory, "adapter_model.safetensors"));
        using var ours = SafeTensorsFile.Open(Path.Combine(written, "adapter_model.safetensors"));
        ours.Header.Metadata["format"].ShouldBe("pt");
        foreach (var entry in ours.Header.Entries)
        {
            var other = theirs.Entry(entry.Name);
            (entry.DType, string.Join(',', entry.Shape))
                .ShouldBe((other.DType, string.Join(',', other.Shape)), entry.Name);
            ours.Bytes(entry.Name).SequenceEqual(theirs.Bytes(entry.Name)).ShouldBeTrue($"{directory}: {entry.Name}");
        }

        // PEFT repeats the unchanged embedding of the base; everything else must be here.
        theirs.Header.Entries.Where(entry => !ours.Contains(entry.Name))
            .ShouldAllBe(entry => entry.Name.EndsWith(".base_layer.weight", StringComparison.Ordinal));
    }

    // PEFT writes names from a set, in any order; numbers compare as numbers, and an empty map or list is as good as
    // none.
    private static string Canonical(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when Sets.Contains(name) =>
            string.Join(' ', value.EnumerateArray().Select(item => item.GetString()).Order(StringComparer.Ordinal)),
        JsonValueKind.Array when value.GetArrayLength() == 0 => "none",
        JsonValueKind.Object when !value.EnumerateObject().Any() => "none",
        JsonValueKind.Null => "none",
        JsonValueKind.Number => value.GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => value.GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal),
    };
}
