namespace Microsoft.ML.VideoMamba.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>At least one row succeeded.</summary>
    public const int Success = 0;

    /// <summary>Nothing succeeded.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood: unknown option, bad value, no verb.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C, after saving what there was.</summary>
    public const int Cancelled = 130;
}
