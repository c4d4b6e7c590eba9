namespace Pipeline.Data.Sanitization;

/// <summary>What a rule did to a text, for people who tune it. Personal data is masked on both sides.</summary>
/// <param name="Rule">Id of the rule.</param>
/// <param name="Row">Id of the row.</param>
/// <param name="Path">JSON path of the text.</param>
/// <param name="Before">The text before, cut to 500 characters.</param>
/// <param name="After">The text after, cut to 500 characters; empty when the row was removed.</param>
public sealed record RuleTrace(string Rule, string Row, string Path, string Before, string After);
