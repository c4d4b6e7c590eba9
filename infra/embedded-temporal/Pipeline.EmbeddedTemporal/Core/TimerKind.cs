namespace Pipeline.EmbeddedTemporal.Core;

// What a due time means to the run, schedule or service that set it.
internal enum TimerKind
{
    UserTimer,
    TaskStartToClose,
    TaskScheduleToStart,
    ActivityRetry,
    ActivityTimeout,
    FirstTaskBackoff,
    RunTimeout,
    ExecutionTimeout,
    Callback,
}
