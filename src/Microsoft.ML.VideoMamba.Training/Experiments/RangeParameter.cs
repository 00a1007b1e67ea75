using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>A number between two others. It is drawn with four significant digits: more say nothing, and are hard to read.</summary>
/// <param name="Name">The field.</param>
/// <param name="Low">The least value; above 0 on a logarithmic scale.</param>
/// <param name="High">The greatest value, above <paramref name="Low"/>.</param>
public sealed record RangeParameter(string Name, double Low, double High) : SearchParameter(Name)
{
    /// <summary>How values lie between the ends.</summary>
    public RangeScale Scale { get; init; }

    /// <summary>Whether only whole numbers are drawn.</summary>
    public bool IsInteger { get; init; }

    internal override IEnumerable<JsonElement> Extremes => [At(0), At(1)];

    internal override double Middle => 0.5;

    internal override double Width => !IsInteger ? 0 : Scale == RangeScale.Log ? Math.Min(1, 1 / (Low * Math.Log(High / Low))) : 1 / (High - Low);

    /// <summary>A number of the range that is not whole.</summary>
    internal JsonElement Fraction => JsonSerializer.SerializeToElement((Low + Math.Min(High, Math.Floor(Low) + 1)) / 2);

    internal override JsonElement At(double place)
    {
        double value = Scale == RangeScale.Log ? Low * Math.Pow(High / Low, place) : Low + place * (High - Low);
        if (IsInteger) return JsonSerializer.SerializeToElement((long)Math.Clamp(Math.Round(value, MidpointRounding.AwayFromZero), Low, High));
        double rounded = double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToElement(Math.Clamp(rounded, Low, High));
    }

    internal override double? PlaceOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number) return null;
        double number = value.GetDouble();
        if (!(number >= Low && number <= High) || (IsInteger && number != Math.Round(number))) return null;
        return Scale == RangeScale.Log ? Math.Log(number / Low) / Math.Log(High / Low) : (number - Low) / (High - Low);
    }
}
