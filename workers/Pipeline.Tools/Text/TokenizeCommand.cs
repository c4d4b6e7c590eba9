using System.CommandLine;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Tools.Text;

/// <summary><c>tokenize</c>: shows how a tokenizer cuts text, counts tokens of files, decodes ids.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var text = new Argument<string?>("text")
        {
            Description = "text to encode; standard input when neither text nor --file is given",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var tokenizer = new Option<string>("--tokenizer", "-t")
        {
            Description = "tokenizer.json, tokenizer.model or a model directory",
            Required = true,
        };
        var file = new Option<FileInfo?>("--file", "-f") { Description = "encode each line of a file" };
        var decode = new Option<int[]>("--decode")
        {
            Description = "decode these ids instead",
            AllowMultipleArgumentsPerToken = true,
        };
        var count = new Option<bool>("--count") { Description = "print only the number of tokens" };
        var plain = new Option<bool>("--no-template") { Description = "leave out the tokens that the template adds" };
        var user = new Option<bool>("--user-text")
        {
            Description = "treat special tokens in the text as ordinary text",
        };
        var command = new Command("tokenize", "Encode text with a tokenizer, count tokens, or decode ids.") { text,
            tokenizer, file, decode, count, plain, user };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var engine = HuggingFaceTokenizer.Load(parsed.GetRequiredValue(tokenizer)).With(null, null);
            var output = new TokenOutput(engine, !parsed.GetValue(plain), parsed.GetValue(user)
                ? AddedTokenParsing.UserText : AddedTokenParsing.All, parsed.GetValue(Answer.Json), Console.Out);
            if (parsed.GetValue(decode) is { Length: > 0 } ids)
            {
                output.WriteDecoded(ids);
            }
            else if (parsed.GetValue(file) is { } input)
            {
                await output.WriteLinesAsync(input.FullName, parsed.GetValue(count), cancellationToken);
            }
            else
            {
                var content = parsed.GetValue(text) ?? await Console.In.ReadToEndAsync(cancellationToken);
                output.WriteText(content, parsed.GetValue(count));
            }

            return 0;
        });
        return command;
    }
}
