using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>The floats that a network gave the current row.</summary>
internal delegate ReadOnlySpan<float> RowValues();

/// <summary>What the columns of a network's floats hand out.</summary>
internal static class RowGetters
{
    /// <summary>All of them, as a vector.</summary>
    public static Delegate Vector(RowValues values) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
    {
        var row = values();
        var editor = VBufferEditor.Create(ref value, row.Length);
        row.CopyTo(editor.Values);
        value = editor.Commit();
    });

    /// <summary>The only one.</summary>
    public static Delegate Scalar(RowValues values) => (ValueGetter<float>)((ref float value) => value = values()[0]);

    /// <summary>The key of the highest, the first of equals; 0, a missing key, where there is none.</summary>
    public static Delegate KeyOfHighest(RowValues values) => (ValueGetter<uint>)((ref uint value) =>
    {
        var row = values();
        int highest = 0;
        for (int i = 1; i < row.Length; i++)
        {
            if (row[i] > row[highest]) highest = i;
        }

        value = float.IsNaN(row[highest]) ? 0 : (uint)highest + 1;
    });
}
