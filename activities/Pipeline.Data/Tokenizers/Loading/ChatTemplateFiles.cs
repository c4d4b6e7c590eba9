namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Finds the chat templates of a model directory: files win over the configuration.</summary>
internal static class ChatTemplateFiles
{
    internal static IReadOnlyDictionary<string, string> Read(string directory, JsonPart config)
    {
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(file)) templates["default"] = PretrainedTokenizerReader.ReadText(file);
        var further = Path.Combine(directory, "additional_chat_templates");
        if (Directory.Exists(further))
        {
            foreach (var path in Directory.GetFiles(further, "*.jinja").Order(StringComparer.Ordinal))
            {
                templates[Path.GetFileNameWithoutExtension(path)] = PretrainedTokenizerReader.ReadText(path);
            }
        }

        if (templates.Count > 0) return templates;
        var part = config["chat_template"];
        if (part.IsNull) return templates;
        if (part.Element.ValueKind == System.Text.Json.JsonValueKind.String)
        {
            templates["default"] = part.Text();
            return templates;
        }

        foreach (var item in part.Items()) templates[item["name"].Text()] = item["template"].Text();
        return templates;
    }
}
