namespace Pipeline.Data.Building;

/// <summary>Counts of the label proof, which every row has passed.</summary>
/// <param name="Proven">Rows whose labels were proven.</param>
/// <param name="WithTerminator">Rows that end with a learned terminator.</param>
/// <param name="CutTerminators">Rows that truncation robbed of their terminator.</param>
/// <param name="ControlTexts">Control-looking texts in the data that became ordinary text.</param>
/// <param name="Realigned">Rows that got a token boundary between prompt and answer.</param>
/// <param name="Truncated">Rows that were cut.</param>
/// <param name="CutTokens">Tokens they lost.</param>
public sealed record LabelAudit(
    long Proven, long WithTerminator, long CutTerminators, long ControlTexts, long Realigned, long Truncated,
    long CutTokens);
