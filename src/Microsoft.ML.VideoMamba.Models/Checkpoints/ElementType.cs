using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>The element types that checkpoints hold, by their names in each format. Anything else is refused.</summary>
internal sealed record ElementType(ScalarType DType, string Name, string SafetensorsName, string StorageName, int Size)
{
    private static readonly ElementType[] s_all =
    [
        new(ScalarType.Float64, "float64", "F64", "DoubleStorage", 8),
        new(ScalarType.Float32, "float32", "F32", "FloatStorage", 4),
        new(ScalarType.Float16, "float16", "F16", "HalfStorage", 2),
        new(ScalarType.BFloat16, "bfloat16", "BF16", "BFloat16Storage", 2),
        new(ScalarType.Int64, "int64", "I64", "LongStorage", 8),
        new(ScalarType.Int32, "int32", "I32", "IntStorage", 4),
        new(ScalarType.Int16, "int16", "I16", "ShortStorage", 2),
        new(ScalarType.Int8, "int8", "I8", "CharStorage", 1),
        new(ScalarType.Byte, "uint8", "U8", "ByteStorage", 1),
        new(ScalarType.Bool, "bool", "BOOL", "BoolStorage", 1),
    ];

    public bool IsFloating => DType is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    public static IReadOnlyList<ElementType> All => s_all;

    public static ElementType? Of(ScalarType dtype) => Array.Find(s_all, type => type.DType == dtype);

    public static ElementType? OfSafetensors(string? name) => Array.Find(s_all, type => type.SafetensorsName == name);
}
