namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>Checks all cases of one kind. Implementations are found by reflection and need a parameterless constructor.</summary>
internal interface IGoldenCheck
{
    /// <summary>The manifest's kind.</summary>
    string Kind { get; }

    /// <summary>Computes what the case asks and compares it with every output and gradient that the case holds.</summary>
    void Check(GoldenCase golden);
}
