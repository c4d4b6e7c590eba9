using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.ChatTemplates.Builtins;
using Pipeline.Data.ChatTemplates.Syntax;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates;

/// <summary>
/// A chat template: Jinja with the settings and helpers that model directories expect, in a sandbox without access to
/// the host, with limits on steps, depth and output. Instances are immutable and safe for many threads.
/// </summary>
/// <remarks>
/// <b>Source:</b> behaviour of Jinja2 3.1's immutable sandbox with <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop
/// controls and the
/// <c>generation</c> tag as transformers 5 sets it up. Rendered texts are equal byte for byte; error texts name the
/// same kind.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly Block _body;
    private readonly string _name;
    private readonly ChatTemplateLimits _limits;

    private ChatTemplate(string source, string name, ChatTemplateLimits limits)
    {
        (Source, _name, _limits) = (source, name, limits);
        (_body, MarksGeneration) = TemplateParser.Parse(source, name);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>SHA-256 of the text in UTF-8, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>Whether the template marks what the model is to write with <c>{% generation %}</c>.</summary>
    public bool MarksGeneration { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="name">Name for messages, usually the file's.</param>
    /// <param name="limits">What one rendering may use; null takes the defaults.</param>
    /// <returns>The template.</returns>
    /// <exception cref="ChatTemplateException">It is malformed; the message names the line.</exception>
    public static ChatTemplate Parse(
        string source, string name = "chat_template.jinja", ChatTemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(source, name, limits ?? new ChatTemplateLimits());
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="request">Messages and settings.</param>
    /// <returns>The text, and the ranges the model is to write where the template marks them.</returns>
    /// <exception cref="ChatTemplateException">The template refused the conversation, failed or went over a
    /// limit.</exception>
    public RenderedChat Render(ChatRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Messages.Items.Count == 0) throw Fault.Value("the conversation has no messages");
        if (request is { AddGenerationPrompt: true, ContinueFinalMessage: true })
            throw Fault.Value("a text cannot both go on with the last message and start a new one");
        var continuation = request.ContinueFinalMessage ? FinalMessage.Mark(request.Messages) : null;
        var variables = Variables(request, continuation?.Messages ?? request.Messages);
        var rendered = Run(variables, request.Now);
        return continuation is null ? rendered : rendered with { Text = continuation.Cut(rendered.Text) };
    }

    /// <summary>Renders with any variables.</summary>
    internal RenderedChat Run(Dictionary<string, object?> variables, DateTimeOffset? now)
    {
        var state = new RenderState(_limits, now ?? DateTimeOffset.Now);
        try
        {
            _body.Execute(new Scope(new Scope(state, variables)), state.Output);
            return new RenderedChat(state.Output.ToString(), state.Generated);
        }
        catch (ChatTemplateException exception) when (exception.Line == 0)
        {
            throw new ChatTemplateException(exception.Kind, exception.Reason, _name, state.Line);
        }
    }

    private static Dictionary<string, object?> Variables(ChatRequest request, ListValue messages)
    {
        var variables = Globals.Create();
        foreach (var (role, token) in request.SpecialTokens) variables[string.Intern(role)] = token;
        variables["messages"] = messages;
        variables["tools"] = request.ToolValues ?? (request.Tools is { } tools ? MessageValues.Of(tools) : null);
        variables["documents"] = request.Documents is { } documents ? MessageValues.Of(documents) : null;
        variables["add_generation_prompt"] = request.AddGenerationPrompt;
        foreach (var (name, value) in request.Variables) variables[string.Intern(name)] = MessageValues.Of(value);
        return variables;
    }
}
