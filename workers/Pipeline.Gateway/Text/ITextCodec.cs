using System.Text.Json;
using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Gateway.Text;

/// <summary>Text to token ids and back, for one base model.</summary>
public interface ITextCodec
{
    /// <summary>Tokens that end an answer.</summary>
    IReadOnlySet<int> EndTokens { get; }

    /// <summary>Encodes a plain prompt.</summary>
    /// <param name="text">Text of a client; text that spells a control token stays text.</param>
    /// <returns>Token ids.</returns>
    int[] Encode(string text);

    /// <summary>Renders a chat with the model's template and encodes it, ready for the assistant's answer.</summary>
    /// <param name="messages">The turns.</param>
    /// <param name="tools">Tools for the template, or null.</param>
    /// <returns>Token ids; content that spells a control token stays text.</returns>
    /// <exception cref="Api.ApiException">The template refuses the chat.</exception>
    int[] EncodeChat(IReadOnlyList<ChatMessage> messages, JsonElement? tools);

    /// <summary>A decoder for one answer.</summary>
    /// <returns>A decoder that never cuts a character in two.</returns>
    StreamingDecoder CreateDecoder();

    /// <summary>Text of one token.</summary>
    /// <param name="id">Token id.</param>
    /// <returns>Its text; a part of a character becomes U+FFFD.</returns>
    string TokenText(int id);
}
