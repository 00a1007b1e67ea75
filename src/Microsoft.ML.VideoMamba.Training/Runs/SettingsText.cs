using System.Collections;
using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Runs;

/// <summary>Settings as names and text, the same on every machine: to be compared, and to be read by people.</summary>
public static class SettingsText
{
    /// <summary>The public properties of a record and, under dotted names, of the records in it.</summary>
    /// <param name="settings">The record.</param>
    /// <returns>In the order of declaration; what is null is left out.</returns>
    public static IReadOnlyDictionary<string, string> Of(object settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var found = new Dictionary<string, string>();
        Add(found, "", settings);
        return found;
    }

    private static void Add(Dictionary<string, string> found, string prefix, object settings)
    {
        foreach (var property in settings.GetType().GetProperties().Where(property => property.GetMethod is { IsStatic: false } && property.CanWrite))
        {
            string name = prefix + property.Name;
            switch (property.GetValue(settings))
            {
                case null: break;
                case string text: found[name] = text; break;
                case IFormattable value: found[name] = value.ToString(null, CultureInfo.InvariantCulture); break;
                case bool value: found[name] = value ? "true" : "false"; break;
                case IEnumerable values: found[name] = string.Join(", ", values.Cast<object>().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))); break;
                case var inner: Add(found, name + ".", inner); break;
            }
        }
    }
}
