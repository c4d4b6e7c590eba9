namespace Pipeline.Tools.Train;

/// <summary>A recipe that cannot be used; the message names field or line.</summary>
internal sealed class RecipeException(string message, Exception? cause = null) : ArgumentException(message, cause);
