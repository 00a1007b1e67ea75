namespace Microsoft.ML.VideoMamba.Schemas;

/// <summary>Errors about columns, in the words of ML.NET's own components.</summary>
internal static class SchemaMismatch
{
#pragma warning disable CA2208 // The parameter is the caller's: every component calls it by this name.
    public static ArgumentOutOfRangeException Missing(string role, string column) =>
        new("inputSchema", $"Could not find {role} column '{column}'");

    public static ArgumentOutOfRangeException Type(string role, string column, string expected, object actual) =>
        new("inputSchema", $"Schema mismatch for {role} column '{column}': expected {expected}, got {actual}");
#pragma warning restore CA2208
}
