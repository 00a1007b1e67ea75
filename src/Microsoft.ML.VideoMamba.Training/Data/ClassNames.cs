using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>The classes of a data set, in the order of a model's outputs.</summary>
public sealed class ClassNames
{
    // A list of years or identifiers is not one of class numbers.
    private const int MaxNumber = 1_000_000;

    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    /// <summary>Names classes.</summary>
    /// <param name="names">In the order of a model's outputs, each once, at least one.</param>
    /// <exception cref="ArgumentException">There is none, or one twice.</exception>
    public ClassNames(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0) throw new ArgumentException("At least one class is needed.", nameof(names));
        for (int i = 0; i < names.Count; i++)
        {
            if (!_indices.TryAdd(names[i], i)) throw new ArgumentException($"Class '{names[i]}' is named twice.", nameof(names));
        }

        Names = [.. names];
    }

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of classes.</summary>
    public int Count => Names.Count;

    /// <summary>Classes that are numbers, as the original's lists have them: 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">At least 1.</param>
    public static ClassNames Numbered(int count) => new([.. Enumerable.Range(0, count).Select(number => number.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>
    /// The classes that a list has: those from 0 to the highest where labels are numbers (<see cref="DataList.IsNumbered"/>), else the labels in ordinal order.
    /// </summary>
    /// <param name="list">The list to learn from.</param>
    public static ClassNames Of(DataList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var labels = list.Rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return list.IsNumbered ? Numbered(labels.Max(Number) + 1) : new ClassNames(labels);

        int Number(string label) => TryNumber(label, out int number) && number < MaxNumber ? number : throw new DataListException(list.Source, $"'{label}' is too large for the number of a class");
    }

    /// <summary>Reads names from a text file, one a line.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataListException">There is no such file, or it names no class or one twice.</exception>
    public static ClassNames Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new DataListException(path, "no such file");
        string[] names = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        try
        {
            return new ClassNames(names);
        }
        catch (ArgumentException error)
        {
            throw new DataListException(path, error.Message);
        }
    }

    /// <summary>The number of each row's class.</summary>
    /// <param name="list">The list.</param>
    /// <returns>In the list's order.</returns>
    /// <exception cref="DataListException">Rows are of classes that are not there.</exception>
    public IReadOnlyList<TrainingLabel> LabelsOf(DataList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var labels = new List<TrainingLabel>(list.Rows.Count);
        var errors = new List<(int, string)>();
        foreach (var row in list.Rows)
        {
            if (TryIndex(row.Label, out int index)) labels.Add(TrainingLabel.OfClass(index));
            else errors.Add((row.Line, $"'{row.Label}' is none of the {Count} classes ({Some()})"));
        }

        return errors.Count == 0 ? labels : throw new DataListException(list.Source, errors);
    }

    private static bool TryNumber(string label, out int number) => int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // A list may say 007 of class 7, or give the number of a class that has a name.
    private bool TryIndex(string label, out int index) => _indices.TryGetValue(label, out index) || (TryNumber(label, out index) && index < Count);

    private string Some() => Count <= 6 ? string.Join(", ", Names) : $"{Names[0]}, {Names[1]} … {Names[^1]}";
}
