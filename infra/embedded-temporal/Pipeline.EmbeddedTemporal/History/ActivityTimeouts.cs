using Temporalio.Api.Command.V1;

namespace Pipeline.EmbeddedTemporal.History;

// An activity's four timeouts after the server's normalisation; zero means unlimited.
internal readonly record struct ActivityTimeouts(
    TimeSpan ScheduleToClose, TimeSpan ScheduleToStart, TimeSpan StartToClose, TimeSpan Heartbeat)
{
    public static ActivityTimeouts Normalize(
        ScheduleActivityTaskCommandAttributes command, TimeSpan runTimeout) => Normalize(
        command.ScheduleToCloseTimeout.Span(), command.ScheduleToStartTimeout.Span(),
        command.StartToCloseTimeout.Span(),
        command.HeartbeatTimeout.Span(), runTimeout);

    public static ActivityTimeouts Normalize(
        TimeSpan scheduleToClose, TimeSpan scheduleToStart, TimeSpan startToClose, TimeSpan heartbeat,
        TimeSpan runTimeout)
    {
        if (scheduleToClose > TimeSpan.Zero)
        {
            scheduleToStart = scheduleToStart > TimeSpan.Zero
                ? Times.Min(scheduleToStart, scheduleToClose) : scheduleToClose;
            startToClose = startToClose > TimeSpan.Zero ? Times.Min(startToClose, scheduleToClose) : scheduleToClose;
        }
        else
        {
            scheduleToClose = runTimeout;
            if (scheduleToStart == TimeSpan.Zero) scheduleToStart = runTimeout;
        }

        if (runTimeout > TimeSpan.Zero)
        {
            scheduleToClose = Times.Min(scheduleToClose, runTimeout);
            scheduleToStart = Times.Min(scheduleToStart, runTimeout);
            startToClose = Times.Min(startToClose, runTimeout);
            heartbeat = Times.Min(heartbeat, runTimeout);
        }

        return new ActivityTimeouts(scheduleToClose, scheduleToStart, startToClose, Times.Min(heartbeat, startToClose));
    }
}
