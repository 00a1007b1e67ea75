namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>How many views of a video are scored and averaged (paper section 4.2: 4 x 3 on Kinetics, 2 x 3 on Something-Something).</summary>
public sealed record ViewOptions
{
    /// <summary>Clips along time, at least 1. One is taken from the middle of each segment, as in the original's validation.</summary>
    public int Segments { get; init; } = 1;

    /// <summary>Crops of each frame: 1 (middle), 3 (both ends of the long side and the middle) or 5 (corners and middle). Image models take the middle only.</summary>
    public int Crops { get; init; } = 1;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (Segments < 1) throw new ArgumentException($"{nameof(Segments)} must be at least 1; it is {Segments}.", nameof(Segments));
        if (Crops is not (1 or 3 or 5)) throw new ArgumentException($"{nameof(Crops)} must be 1, 3 or 5; it is {Crops}.", nameof(Crops));
    }
}
