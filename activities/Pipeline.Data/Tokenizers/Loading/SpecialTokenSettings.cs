using System.Text.Json;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>
/// Special tokens as the configuration and <c>special_tokens_map.json</c> name them; the latter wins.
/// </summary>
internal sealed class SpecialTokenSettings
{
    private static readonly string[] Roles =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly Dictionary<string, string> _byRole = new(StringComparer.Ordinal);
    private readonly List<string> _additional = [];
    private readonly List<AddedToken> _tokens = [];

    internal SpecialTokenSettings(JsonPart config, JsonPart map)
    {
        ReadDecoder(config["added_tokens_decoder"]);
        foreach (var role in Roles)
        {
            var part = map[role].IsNull ? config[role] : map[role];
            if (!part.IsNull) Add(role, part);
            else if (config[role].Element.ValueKind == JsonValueKind.Undefined)
                AddDefault(role, config["tokenizer_class"].TextOrNull());
        }

        foreach (var list in new[] { config["additional_special_tokens"], map["additional_special_tokens"] })
        {
            if (!list.IsNull) foreach (var item in list.Items()) AddFurther(Read(item), overrides: false);
        }

        var extra = config["extra_special_tokens"];
        if (extra.Element.ValueKind == JsonValueKind.Object)
        {
            foreach (var (_, item) in extra.Fields()) AddFurther(Read(item), overrides: true);
        }
        else if (!extra.IsNull)
        {
            foreach (var item in extra.Items()) AddFurther(Read(item), overrides: true);
        }
    }

    internal IReadOnlyDictionary<string, string> ByRole => _byRole;

    internal IReadOnlyList<string> Additional => _additional;

    /// <summary>Tokens to add to those of the tokenizer file.</summary>
    internal IReadOnlyList<AddedToken> Tokens => _tokens;

    private void ReadDecoder(JsonPart decoder)
    {
        if (decoder.IsNull) return;
        var entries = decoder.Fields().Select(field => int.TryParse(field.Name, out var id)
            ? (id, field.Value)
            : throw field.Value.Error("token ids are expected as names"));
        foreach (var (_, value) in entries.OrderBy(entry => entry.id)) _tokens.Add(
            TokenizerJsonReader.ReadAddedToken(value));
    }

    private void Add(string role, JsonPart part)
    {
        var token = Read(part);
        _byRole[role] = token.Content;
        if (!_tokens.Exists(known => known.Content == token.Content))
            _tokens.Add(token with { Id = AddedToken.OnlyIfAbsent });
    }

    /// <summary>Classes of published families have tokens that their configuration may leave out.</summary>
    private void AddDefault(string role, string? className)
    {
        var applies = className switch
        {
            "GPT2Tokenizer" or "GPT2TokenizerFast" => role is "bos_token" or "eos_token" or "unk_token",
            "Qwen2Tokenizer" or "Qwen2TokenizerFast" => role is "eos_token" or "unk_token" or "pad_token",
            _ => false,
        };
        if (applies) _byRole[role] = "<|endoftext|>";
    }

    private void AddFurther(AddedToken token, bool overrides)
    {
        if (!_additional.Contains(token.Content)) _additional.Add(token.Content);
        _tokens.Add(overrides ? token : token with { Id = AddedToken.OnlyIfAbsent });
    }

    private static AddedToken Read(JsonPart part) => part.Element.ValueKind == JsonValueKind.String
        ? new AddedToken(-1, part.Text().Length > 0
        ? part.Text() : throw part.Error("a special token must not be empty"))
        { Special = true }
        : TokenizerJsonReader.ReadAddedToken(part) with { Special = true };
}
