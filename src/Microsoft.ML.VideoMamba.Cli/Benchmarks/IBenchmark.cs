namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>A piece of work that is timed: everything it needs is made before, so that <see cref="Run"/> is the work alone.</summary>
internal interface IBenchmark : IDisposable
{
    /// <summary>Clips that one run goes over.</summary>
    int Clips { get; }

    /// <summary>Clips that it takes at a time, where it takes a run in pieces.</summary>
    int? ClipsAtOnce => null;

    /// <summary>Passes side by side that these are shared out to.</summary>
    int? Passes => null;

    /// <summary>What a run cannot do without.</summary>
    LeastWork Least { get; }

    /// <summary>Does the work once. On a GPU it may end before the device has.</summary>
    void Run();

    /// <summary>The work's own matrix products alone, to be measured beside it; null where it is not.</summary>
    MatrixProducts? CreateProducts() => null;
}
