using System.Text.Json;
using Pipeline.Llm.Checkpoints;

namespace Pipeline.Llm.Tests.Checkpoints;

public sealed class SafeTensorsParityTests
{
    // Refused here, read by the reference: each is a strictness named in SafeTensorsHeader's remarks.
    private static readonly string[] Stricter =
["duplicate-name", "entry-list", "unknown-field", "header-leading", "header-trailing-newlines",
    "shape-zero-first-then-huge"];

    [Fact]
    public void Open_CorpusOfFiles_SameVerdictTensorsAndMetadata()
    {
        var root = Fixtures.Require("safetensors");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "cases.json")));
        var compared = 0;
        var stricter = new List<string>();
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = item.GetProperty("file").GetString()!;
            var accept = item.GetProperty("accept").GetBoolean();
            try
            {
                using var file = SafeTensorsFile.Open(Path.Combine(root, name));
                accept.ShouldBeTrue(name);
                Compare(item, file);
            }
            catch (InvalidDataException exception)
            {
                if (accept)
                {
                    stricter.Add($"{name}: {exception.Message.Split(": ", 2)[1]}");
                }
            }

            compared++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', stricter));
        stricter.ShouldAllBe(text => Stricter.Any(text.Contains));
        Fixtures.Compared("safetensors", compared);
    }

    [Fact]
    public void Open_Mutants_NeverMoreLenientThanTheReference()
    {
        var path = Fixtures.Require("safetensors/mutants.jsonl");
        var lenient = new List<string>();
        var (compared, accepted) = (0, 0);
        foreach (var line in File.ReadLines(path))
        {
            using var document = JsonDocument.Parse(line);
            var data = document.RootElement.GetProperty("data").GetBytesFromBase64();
            var accept = document.RootElement.GetProperty("accept").GetBoolean();
            try
            {
                var length = SafeTensorsHeader.ReadLength(data, data.Length, "mutant");
                SafeTensorsHeader.Parse(data.AsSpan(8, length), data.Length, "mutant");
                accepted++;
                if (!accept)
                {
                    lenient.Add(document.RootElement.GetProperty("id").GetRawText());
                }
            }
            catch (InvalidDataException)
            {
                // Refusing is what the reference does with nearly all mutants; the count of accepted ones is checked
                // below.
            }

            compared++;
        }

        lenient.ShouldBeEmpty();
        accepted.ShouldBeGreaterThan(0);
        Fixtures.Compared("safetensors mutants", compared);
    }

    [Fact]
    public void Write_TensorsOfReferenceFiles_SameBytes()
    {
        var root = Fixtures.Require("safetensors");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "cases.json")));
        var compared = 0;
        foreach (var name in document.RootElement.GetProperty("cases").EnumerateArray()
                     .Select(item => item.GetProperty("file").GetString()!)
                     .Where(name => name.Contains("written-by-reference")))
        {
            var path = Path.Combine(root, name);
            using var file = SafeTensorsFile.Open(path);
            var items = file.Header.Entries.Reverse()
                .Select(entry =>
                    SafeTensorsItem.Of(entry.Name, entry.DType, entry.Shape, file.Bytes(entry.Name).ToArray()));
            using var stream = new MemoryStream();
            SafeTensorsWriter.Write(stream, items, file.Header.Metadata);
            if (file.Header.Metadata.Count <= 1)
            {
                stream.ToArray().ShouldBe(File.ReadAllBytes(path), name);
                compared++;
            }
        }

        Fixtures.Compared("safetensors written", compared);
    }

    private static void Compare(JsonElement item, SafeTensorsFile file)
    {
        var expected = item.GetProperty("tensors").EnumerateArray().ToList();
        file.Header.Entries.Count.ShouldBe(expected.Count);
        foreach (var tensor in expected)
        {
            var entry = file.Entry(tensor.GetProperty("name").GetString()!);
            entry.DType.ToString().ShouldBe(tensor.GetProperty("dtype").GetString());
            entry.Shape.ShouldBe(tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
            file.Bytes(entry.Name).ToArray().ShouldBe(tensor.GetProperty("data").GetBytesFromBase64());
        }

        if (item.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            file.Header.Metadata.Count.ShouldBe(metadata.EnumerateObject().Count());
            foreach (var pair in metadata.EnumerateObject())
            {
                file.Header.Metadata[pair.Name].ShouldBe(pair.Value.GetString());
            }
        }
    }
}
