using System.Text.Json;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Peft;

namespace Pipeline.Llm.Tests.Peft;

public sealed class TargetParityTests
{
    [Fact]
    public void Find_EveryCase_SameModulesRanksScalesAndTensors()
    {
        var root = Fixtures.Require("peft");
        var compared = 0;
        foreach (var path in Directory.EnumerateFiles(root, "expected.json", SearchOption.AllDirectories)
            .Where(path => !path.Contains("arithmetic")))
        {
            var directory = Path.GetDirectoryName(path)!;
            var model = ModelConfigReader.Read(
                Fixtures.Require($"models/{Path.GetFileName(Path.GetDirectoryName(directory))}"));
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var config = LoraConfigJson.Read(directory);
            var targets = TargetMatcher.Find(config, model).ToDictionary(target => target.Module);
            foreach (var layer in document.RootElement.GetProperty("layers").EnumerateObject())
            {
                targets[layer.Name].Rank.ShouldBe(layer.Value.GetProperty("r").GetInt32(), $"{directory} {layer.Name}");
                targets[layer.Name].Scaling.ShouldBe(
                    layer.Value.GetProperty("scaling").GetDouble(), 1e-12, $"{directory} {layer.Name}");
            }

            targets.Count.ShouldBe(document.RootElement.GetProperty("layers").EnumerateObject().Count(), directory);
            var shapes = AdapterShapes.Trainable(config, model)
                .Select(t => $"{AdapterShapes.Prefix}{t.Name} {string.Join(',', t.Shape)}").Order().ToList();
            var theirs = document.RootElement.GetProperty("tensors_on_disk").EnumerateObject()
                .Select(t => $"{t.Name} {string.Join(',', t.Value.EnumerateArray().Select(size => size.GetInt64()))}")
                .Where(t => !t.Contains("embed_tokens.base_layer.weight")).Order().ToList();
            shapes.ShouldBe(theirs, directory);
            compared++;
        }

        Fixtures.Compared("peft (targets)", compared);
    }

    [Fact]
    public void Write_ThenRead_SameConfig()
    {
        var compared = 0;
        using var temporary = new TempDirectory();
        foreach (var path in Directory.EnumerateFiles(
            Fixtures.Require("peft"), "adapter_config.json", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/bad/")))
        {
            var config = LoraConfigJson.Read(Path.GetDirectoryName(path)!);
            LoraConfigJson.Write(temporary.Path, config);
            var again = LoraConfigJson.Read(temporary.Path);
            JsonSerializer.Serialize(again).ShouldBe(JsonSerializer.Serialize(config));
            compared++;
        }

        Fixtures.Compared("peft (configurations)", compared);
    }
}
