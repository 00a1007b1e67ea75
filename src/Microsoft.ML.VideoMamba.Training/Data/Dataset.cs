namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>A public data set as the original trains and tests on it.</summary>
public sealed record Dataset
{
    private const int Regression = 1;

    /// <summary>Kinetics-400.</summary>
    public static Dataset K400 { get; } = new() { Name = "k400", Title = "Kinetics-400", Classes = 400 };

    /// <summary>Something-Something V2: its classes tell left from right.</summary>
    public static Dataset Ssv2 { get; } = new() { Name = "ssv2", Title = "Something-Something V2", Classes = 174, Sampling = ClipSampling.Ssv2Videos, Mirrors = false, TestSegments = 2 };

    /// <summary>UCF101.</summary>
    public static Dataset Ucf101 { get; } = new() { Name = "ucf101", Title = "UCF101", Classes = 101, Sampling = ClipSampling.Dense };

    /// <summary>Breakfast: one label for a whole video of minutes.</summary>
    public static Dataset Breakfast { get; } = new() { Name = "breakfast", Title = "Breakfast", Classes = 10 };

    /// <summary>COIN: one label for a whole video of minutes.</summary>
    public static Dataset Coin { get; } = new() { Name = "coin", Title = "COIN", Classes = 180, TestSegments = 10 };

    /// <summary>ImageNet-1K.</summary>
    public static Dataset ImageNet { get; } = new() { Name = "in1k", Title = "ImageNet-1K", Classes = 1000, TestCrops = 1, TestSegments = 1 };

    /// <summary>All of them, with the nine tasks of LVU: seven of classes, and the like ratio and view count, which are numbers.</summary>
    public static IReadOnlyList<Dataset> All { get; } =
    [
        ImageNet, K400, Ssv2, Ucf101, Breakfast, Coin,
        Lvu("relation", 4), Lvu("speak", 5), Lvu("scene", 6), Lvu("director", 10), Lvu("genre", 4), Lvu("writer", 10), Lvu("year", 9),
        Lvu("like", Regression) with { Task = TrainingTask.Regression },
        Lvu("view", Regression) with { Task = TrainingTask.Regression },
    ];

    /// <summary>The name that recipes and the tool use.</summary>
    public required string Name { get; init; }

    /// <summary>The name in print.</summary>
    public required string Title { get; init; }

    /// <summary>What its labels are.</summary>
    public TrainingTask Task { get; init; }

    /// <summary>Classes; 1 for numbers.</summary>
    public required int Classes { get; init; }

    /// <summary>How frames are chosen.</summary>
    public ClipSampling Sampling { get; init; }

    /// <summary>Whether a clip's mirror image is of the same class.</summary>
    public bool Mirrors { get; init; } = true;

    /// <summary>Clips along time that a test averages over.</summary>
    public int TestSegments { get; init; } = 4;

    /// <summary>Crops of each frame that a test averages over.</summary>
    public int TestCrops { get; init; } = 3;

    /// <summary>Finds a data set by its name.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <exception cref="ArgumentException">There is none; the message lists them.</exception>
    public static Dataset Find(string name) =>
        All.FirstOrDefault(dataset => dataset.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no data set '{name}'; there are {string.Join(", ", All.Select(dataset => dataset.Name))}.", nameof(name));

    private static Dataset Lvu(string task, int classes) => new() { Name = $"lvu-{task}", Title = $"LVU {task}", Classes = classes, Sampling = ClipSampling.Windows };
}
