using Temporalio.Worker.Tuning;

namespace Pipeline.Worker;

/// <summary>Slots of one queue, one for each device; none is given while every device works.</summary>
/// <param name="gate">Knows what the devices do.</param>
/// <param name="devices">Devices of the process.</param>
internal sealed class DeviceSlots(DeviceGate gate, int devices) : CustomSlotSupplier, IDisposable
{
    private readonly SemaphoreSlim _free = new(devices);

    public override async Task<SlotPermit> ReserveSlotAsync(SlotReserveContext ctx, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            await gate.WaitIdleAsync(cancellationToken);
        }
        catch
        {
            _free.Release();
            throw;
        }

        return new SlotPermit();
    }

    // Eager tasks would come past the order of the queue.
    public override SlotPermit? TryReserveSlot(SlotReserveContext ctx) => null;

    public override void MarkSlotUsed(SlotMarkUsedContext ctx)
    {
        // A reserved slot counts as taken already.
    }

    public override void ReleaseSlot(SlotReleaseContext ctx) => _free.Release();

    public void Dispose() => _free.Dispose();
}
