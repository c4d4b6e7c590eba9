namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>Where YAML tasks find their data and functions.</summary>
public sealed record YamlTaskOptions
{
    /// <summary>Folder that stands for <c>DATA_DIR</c> in file names; relative names lie beside the task.</summary>
    public string DataDirectory { get; init; } = "";

    /// <summary>Functions that tasks may name.</summary>
    public TaskFunctions Functions { get; init; } = TaskFunctions.BuiltIn();
}
