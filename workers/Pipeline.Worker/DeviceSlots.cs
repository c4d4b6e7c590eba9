using Temporalio.Worker.Tuning;

namespace Pipeline.Worker;

/// <summary>Slots that all queues of a process share: one activity for each device, whichever queue it came from.</summary>
/// <param name="devices">Devices of the process.</param>
internal sealed class DeviceSlots(int devices) : CustomSlotSupplier
{
    private readonly SemaphoreSlim _free = new(devices);

    public override async Task<SlotPermit> ReserveSlotAsync(SlotReserveContext ctx, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new SlotPermit();
    }

    public override SlotPermit? TryReserveSlot(SlotReserveContext ctx) => _free.Wait(0) ? new SlotPermit() : null;

    public override void MarkSlotUsed(SlotMarkUsedContext ctx)
    {
        // A reserved slot counts as taken already.
    }

    public override void ReleaseSlot(SlotReleaseContext ctx) => _free.Release();
}
