namespace Pipeline.Registry.Tests.Storage.Crashes;

/// <summary>One change of a folder, or one request that makes changes durable, as a process made it.</summary>
/// <param name="Kind">create, mkdir, write, truncate, rename, link, unlink, sync (file), syncdir or done.</param>
/// <param name="Path">What is changed, relative to the folder.</param>
/// <param name="Target">The new name of a rename or link.</param>
/// <param name="Offset">Where a write begins.</param>
/// <param name="Data">What a write wrote.</param>
internal sealed record FileOperation(
    string Kind, string Path, string Target = "", long Offset = 0, byte[]? Data = null);
