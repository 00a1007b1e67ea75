namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>How well classes are told apart.</summary>
/// <param name="Clips">Clips counted.</param>
/// <param name="Top1">Part whose class scored highest, in [0, 1].</param>
/// <param name="Top5">Part whose class is among the 5 (or as many as there are) highest scores, in [0, 1].</param>
/// <param name="LogLoss">Mean of -ln(probability of the clip's class).</param>
public sealed record ClassificationMetrics(int Clips, double Top1, double Top5, double LogLoss)
{
    /// <summary>Probabilities below this count as this: one impossible class would make the mean infinite.</summary>
    private const double LeastProbability = 1e-15;

    /// <summary>Mean over the classes of the part of a class's clips whose class scored highest, in [0, 1]: a class of few clips counts as much as one of many.</summary>
    public double MacroAccuracy { get; init; }

    /// <summary>Measures.</summary>
    /// <param name="scores">Each clip's class and a probability for each class.</param>
    /// <exception cref="ArgumentException">There is no clip, or a class has no probability.</exception>
    public static ClassificationMetrics Of(IEnumerable<(int Class, IReadOnlyList<float> Probabilities)> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        int clips = 0, first = 0, amongFive = 0;
        var ofClass = new Dictionary<int, (int Clips, int First)>();
        double logLoss = 0;
        foreach (var (wanted, probabilities) in scores)
        {
            if ((uint)wanted >= (uint)probabilities.Count) throw new ArgumentException($"Class {wanted} has no probability; there are {probabilities.Count} classes.", nameof(scores));
            int better = Enumerable.Range(0, probabilities.Count).Count(other => Precedes(probabilities, other, wanted));
            clips++;
            if (better < 1) first++;
            var (there, right) = ofClass.GetValueOrDefault(wanted);
            ofClass[wanted] = (there + 1, better < 1 ? right + 1 : right);
            if (better < 5) amongFive++;
            logLoss -= Math.Log(probabilities[wanted] > LeastProbability ? probabilities[wanted] : LeastProbability);
        }

        if (clips == 0) throw new ArgumentException("There is no clip to measure.", nameof(scores));
        return new ClassificationMetrics(clips, (double)first / clips, (double)amongFive / clips, logLoss / clips) { MacroAccuracy = ofClass.Values.Average(one => (double)one.First / one.Clips) };
    }

    /// <summary>Measures what a model said.</summary>
    /// <param name="outputs">Logits.</param>
    public static ClassificationMetrics Of(IEnumerable<ClipOutput> outputs) => Of(outputs.Select(output => (output.Label.ClassIndex, Softmax(output.Output))));

    /// <summary>exp(x_c) / sum exp(x).</summary>
    /// <param name="logits">One for each class.</param>
    public static IReadOnlyList<float> Softmax(IReadOnlyList<float> logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        float highest = logits.Max();
        double[] powers = [.. logits.Select(logit => Math.Exp(logit - highest))];
        double sum = powers.Sum();
        return Array.ConvertAll(powers, power => (float)(power / sum));
    }

    // Equal scores stand in the order of their classes, as argmax takes the first. A score that is no number comes last.
    private static bool Precedes(IReadOnlyList<float> scores, int one, int other) => one != other && !(scores[other] > scores[one] || (scores[other] == scores[one] && other < one));
}
