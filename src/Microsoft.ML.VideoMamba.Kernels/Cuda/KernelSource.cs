using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>CUDA C++ source of this assembly with the sizes that it is compiled for.</summary>
internal sealed class KernelSource : IEquatable<KernelSource>
{
    private static readonly FrozenDictionary<string, string> s_files = ReadFiles();

    /// <summary>Names a source and its constants.</summary>
    /// <param name="file">The embedded file, such as <c>scan_forward.cu</c>.</param>
    /// <param name="constants">Macros that the source reads: sizes that fold into instructions.</param>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    public KernelSource(string file, params ReadOnlySpan<(string Name, int Value)> constants)
    {
        if (!s_files.ContainsKey(file)) throw new ArgumentException($"No CUDA source {file} in this assembly.", nameof(file));
        File = file;
        Definitions = [.. constants.ToArray().OrderBy(constant => constant.Name, StringComparer.Ordinal).Select(constant => string.Create(CultureInfo.InvariantCulture, $"-D{constant.Name}={constant.Value}"))];
    }

    /// <summary>The embedded file's name.</summary>
    public string File { get; }

    /// <summary>The compiler options that set the constants, in an order of their own, whatever the caller's.</summary>
    public IReadOnlyList<string> Definitions { get; }

    /// <summary>The source text.</summary>
    public string Text => s_files[File];

    /// <summary>What the sources may include: name and text.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Headers => s_files.Where(file => file.Key.EndsWith(".cuh", StringComparison.Ordinal)).OrderBy(file => file.Key, StringComparer.Ordinal);

    /// <summary>The names of all sources.</summary>
    public static IEnumerable<string> Files => s_files.Keys.Where(file => file.EndsWith(".cu", StringComparison.Ordinal));

    /// <summary>A name for what a compilation gives: it changes with the source, its headers, the constants and <paramref name="toolchain"/>.</summary>
    /// <param name="toolchain">Whatever else the result depends on: compiler, driver, architecture, options.</param>
    public string Key(string toolchain)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] parts = [toolchain, Text, .. Definitions, .. Headers.SelectMany(header => new[] { header.Key, header.Value })];
        foreach (string part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..40];
    }

    /// <inheritdoc/>
    public bool Equals(KernelSource? other) => other is not null && File == other.File && Definitions.SequenceEqual(other.Definitions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KernelSource);

    /// <inheritdoc/>
    public override int GetHashCode() => Definitions.Aggregate(File.GetHashCode(StringComparison.Ordinal), HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"{File} {string.Join(' ', Definitions)}";

    private static FrozenDictionary<string, string> ReadFiles()
    {
        var assembly = typeof(KernelSource).Assembly;
        return assembly.GetManifestResourceNames().Where(IsSource).ToFrozenDictionary(name => name, name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static bool IsSource(string name) => name.EndsWith(".cu", StringComparison.Ordinal) || name.EndsWith(".cuh", StringComparison.Ordinal);

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
