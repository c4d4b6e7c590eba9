namespace Pipeline.Llm.Peft;

/// <summary>A and B of one module, by their names in the file without the prefix.</summary>
internal sealed record AdapterPair(string Module, string NameOfA, string NameOfB);
