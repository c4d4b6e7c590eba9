using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Registry.Storage;

namespace Pipeline.Activities.Training;

/// <summary>Stores checkpoints beside the training: the next step does not wait for the store.</summary>
/// <param name="mirror">The checkpoints.</param>
/// <param name="log">Told when the store cannot be reached; the training goes on and the next checkpoint tries
/// again.</param>
internal sealed class CheckpointUploads(CheckpointMirror mirror, Action<string> log)
{
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(30);
    private Task _upload = Task.CompletedTask;

    /// <summary>Begins to store what is new, unless that is going on.</summary>
    /// <exception cref="StaleAttemptException">An upload found that somebody else has taken the training
    /// over.</exception>
    public void Begin()
    {
        if (!_upload.IsCompleted)
        {
            return;
        }

        _upload.GetAwaiter().GetResult();
        _upload = Task.Run(() => TryAsync(CancellationToken.None));
    }

    /// <summary>Stores everything that is there; used when the training ends or is interrupted.</summary>
    /// <returns>A task that ends when all is stored or the store cannot be reached.</returns>
    /// <exception cref="StaleAttemptException">Somebody else has taken the training over.</exception>
    public async Task FlushAsync()
    {
        using var patience = new CancellationTokenSource(LastPatience);
        await _upload;
        await TryAsync(patience.Token);
    }

    private async Task TryAsync(CancellationToken cancellation)
    {
        try
        {
            await mirror.PushAsync(cancellation);
        }
        catch (Exception exception)
            when (exception is ObjectStoreException or HttpRequestException or OperationCanceledException
                or (IOException and not StaleAttemptException))
        {
            log($"checkpoints are not stored yet: {exception.Message}");
        }
    }
}
