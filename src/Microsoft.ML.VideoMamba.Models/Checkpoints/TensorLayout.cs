using System.Globalization;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>Which elements of a storage a tensor consists of: the first one's index, and one step for each axis.</summary>
/// <param name="Offset">Index of the first element in the storage.</param>
/// <param name="Strides">Steps in elements.</param>
/// <param name="Count">Number of elements.</param>
/// <param name="Span">Elements of the storage from the first one that is used to the last, both included; 0 for an empty tensor.</param>
/// <param name="IsContiguous">Whether the elements lie row-major without gaps.</param>
internal sealed record TensorLayout(long Offset, long[] Strides, long Count, long Span, bool IsContiguous)
{
    /// <summary>Axes that torch can work with.</summary>
    public const int MaxRank = 64;

    private const long MaxCount = 1L << 48;

    /// <summary>The row-major layout of a storage of its own, or the reason why no tensor has this shape.</summary>
    public static TensorLayout? Contiguous(long[] sizes, out string reason) => Create(0, sizes, null, out reason);

    /// <summary>Checks sizes, strides (null: row-major) and offset against overflow; whether the storage is long enough is <see cref="FitsIn"/>'s part.</summary>
    public static TensorLayout? Create(long offset, long[] sizes, long[]? strides, out string reason)
    {
        reason = Fault(offset, sizes, strides) ?? "";
        if (reason.Length > 0) return null;

        long[] rowMajor = new long[sizes.Length];
        Int128 count = 1;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            rowMajor[axis] = (long)count;
            count *= sizes[axis];
            if (count > MaxCount)
            {
                reason = $"shape [{Join(sizes)}] has too many elements";
                return null;
            }
        }

        strides ??= rowMajor;
        Int128 last = offset;
        bool contiguous = true;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            last += (Int128)Math.Max(sizes[axis] - 1, 0) * strides[axis];
            contiguous &= sizes[axis] == 1 || strides[axis] == rowMajor[axis];
        }

        if (count > 0 && last > MaxCount)
        {
            reason = $"shape [{Join(sizes)}], strides [{Join(strides)}] and offset {offset} lead far beyond any storage";
            return null;
        }

        return new TensorLayout(offset, strides, (long)count, count == 0 ? 0 : (long)(last - offset) + 1, contiguous || count == 0);
    }

    /// <summary>Whether every element lies in a storage of <paramref name="elements"/> elements.</summary>
    public bool FitsIn(long elements) => Offset <= elements && Span <= elements - Offset;

    private static string? Fault(long offset, long[] sizes, long[]? strides)
    {
        if (sizes.Length > MaxRank) return $"{sizes.Length} dimensions";
        if (strides is not null && strides.Length != sizes.Length) return $"{sizes.Length} sizes but {strides.Length} strides";
        if (offset < 0) return $"a negative offset, {offset}";
        if (Array.Exists(sizes, size => size is < 0 or > MaxCount)) return $"impossible sizes [{Join(sizes)}]";
        if (strides is not null && Array.Exists(strides, stride => stride < 0)) return $"negative strides [{Join(strides)}]";
        return null;
    }

    private static string Join(long[] values) => string.Join(", ", values.Take(8).Select(value => value.ToString(CultureInfo.InvariantCulture))) + (values.Length > 8 ? ", …" : "");
}
