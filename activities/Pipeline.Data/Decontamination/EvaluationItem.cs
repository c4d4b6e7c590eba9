namespace Pipeline.Data.Decontamination;

/// <summary>One item of an evaluation set that training data must not contain.</summary>
/// <param name="Task">Name of the evaluation set, for the report.</param>
/// <param name="Id">Id of the item inside the set.</param>
/// <param name="Text">One of its forms, such as question and answer joined by a space; several forms share an
/// id.</param>
public sealed record EvaluationItem(string Task, string Id, string Text);
