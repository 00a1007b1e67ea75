namespace Microsoft.ML.VideoMamba.Cli;

/// <summary>What the process returns, of every verb.</summary>
internal static class ExitCode
{
    /// <summary>Something came of it: at least one row, clip or trial succeeded.</summary>
    public const int Success = 0;

    /// <summary>Nothing came of it: a file is not there, cannot be read or says something wrong, the data do not do, the machine failed, or there was no time.</summary>
    public const int Failure = 1;

    /// <summary>The command line has to be another: an unknown option or name, a bad value, no verb, options that contradict each other, the checkpoint or what the output's folder holds.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C, after saving what there was.</summary>
    public const int Cancelled = 130;
}
