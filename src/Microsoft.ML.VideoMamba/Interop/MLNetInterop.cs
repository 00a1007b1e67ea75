// The one file that touches what ML.NET keeps internal: how a component is found when a model zip is loaded, how it writes and reads its part of the zip,
// shapes of schemas, the environment behind a catalog, cancellation and the choice of a GPU. Everything else is built on ML.NET's public interfaces.
// A test lists the internals that the assembly uses.
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Interop;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: LoadableClass(typeof(ITransformer), typeof(VideoFrameLoaderModel), null, typeof(SignatureLoadModel), "", VideoFrameLoaderTransformer.LoaderName)]
[assembly: LoadableClass(typeof(ITransformer), typeof(VideoPixelExtractorModel), null, typeof(SignatureLoadModel), "", VideoPixelExtractorTransformer.LoaderName)]
[assembly: LoadableClass(typeof(ITransformer), typeof(VideoMambaModelLoader), null, typeof(SignatureLoadModel), "", VideoMambaTransformer.LoaderName)]
[assembly: LoadableClass(typeof(ITransformer), typeof(VideoMambaEmbedderModel), null, typeof(SignatureLoadModel), "", VideoMambaEmbedderTransformer.LoaderName)]

namespace System.Runtime.CompilerServices
{
    /// <summary>The runtime knows this attribute by its name and lets the assembly use the internals of the one that is named.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}

namespace Microsoft.ML.VideoMamba.Interop
{
    /// <summary>How one kind of transformer is marked in a model zip.</summary>
    /// <param name="Signature">Eight ASCII characters.</param>
    /// <param name="LoaderName">The name under which its loader is registered, at most 24 ASCII characters.</param>
    internal sealed record ModelFormat(string Signature, string LoaderName)
    {
        public VersionInfo Version => new(
            modelSignature: Signature, verWrittenCur: 0x00010001, verReadableCur: 0x00010001, verWeCanReadBack: 0x00010001,
            loaderSignature: LoaderName, loaderAssemblyName: typeof(ModelFormat).Assembly.FullName);

        internal static JsonSerializerOptions Json { get; } = new() { Converters = { new JsonStringEnumConverter() } };
    }

    /// <summary>Writes one transformer's part of a model zip.</summary>
    internal sealed class ModelWriter
    {
        private readonly ModelSaveContext _context;

        public ModelWriter(ModelSaveContext context, ModelFormat format)
        {
            _context = context;
            context.CheckAtModel();
            context.SetVersionInfo(format.Version);
        }

        /// <summary>Writes settings, as JSON in the part's own strings.</summary>
        public void Settings<T>(T settings) => _context.SaveStringOrNull(JsonSerializer.Serialize(settings, ModelFormat.Json));

        /// <summary>Writes an entry of the zip beside the settings. ML.NET keeps it in a temporary file until it is packed: its size is only bounded by the disk.</summary>
        public void Entry(string name, Action<Stream> write) => _context.SaveBinaryStream(name, writer => write(writer.BaseStream));
    }

    /// <summary>Reads one transformer's part of a model zip.</summary>
    internal sealed class ModelReader
    {
        private readonly ModelLoadContext _context;

        internal ModelReader(ModelLoadContext context, ModelFormat format)
        {
            _context = context;
            context.CheckAtModel(format.Version);
        }

        /// <summary>Reads settings.</summary>
        /// <exception cref="InvalidDataException">They are missing or damaged.</exception>
        public T Settings<T>()
            where T : class
        {
            try
            {
                return JsonSerializer.Deserialize<T>(_context.LoadStringOrNull() ?? "null", ModelFormat.Json) ?? throw new InvalidDataException("The model's settings are missing.");
            }
            catch (JsonException error)
            {
                throw new InvalidDataException($"The model's settings cannot be read: {error.Message}", error);
            }
        }

        /// <summary>Reads an entry beside the settings. The stream is a temporary file's: it can be sought.</summary>
        public void Entry(string name, Action<Stream> read)
        {
            if (!_context.TryLoadBinaryStream(name, reader => read(reader.BaseStream))) throw new InvalidDataException($"The model holds no entry '{name}'.");
        }
    }

#pragma warning disable CA1859 // ML.NET looks for methods of exactly this return type.
    /// <summary>Called by ML.NET, by reflection, to load a <see cref="VideoFrameLoaderTransformer"/>.</summary>
    internal static class VideoFrameLoaderModel
    {
        private static ITransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
            new VideoFrameLoaderTransformer(environment, new ModelReader(context, VideoFrameLoaderTransformer.Format));
    }

    /// <summary>Called by ML.NET, by reflection, to load a <see cref="VideoPixelExtractorTransformer"/>.</summary>
    internal static class VideoPixelExtractorModel
    {
        private static ITransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
            new VideoPixelExtractorTransformer(environment, new ModelReader(context, VideoPixelExtractorTransformer.Format));
    }

    /// <summary>Called by ML.NET, by reflection, to load a <see cref="VideoMambaTransformer"/>.</summary>
    internal static class VideoMambaModelLoader
    {
        private static ITransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
            VideoMambaTransformer.Load(environment, new ModelReader(context, VideoMambaTransformer.Format));
    }

    /// <summary>Called by ML.NET, by reflection, to load a <see cref="VideoMambaEmbedderTransformer"/>.</summary>
    internal static class VideoMambaEmbedderModel
    {
        private static ITransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
            VideoMambaEmbedderTransformer.Load(environment, new ModelReader(context, VideoMambaEmbedderTransformer.Format));
    }
#pragma warning restore CA1859

    /// <summary>The rest of what components need.</summary>
    internal static class MLNet
    {
        public static IHostEnvironment Environment(TransformsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

        public static IHostEnvironment Environment(TrainCatalogBase.CatalogInstantiatorBase catalog) => CatalogUtils.GetEnvironment(catalog);

        public static IHostEnvironment Environment(TrainCatalogBase catalog) => CatalogUtils.GetEnvironment(catalog);

        public static SchemaShape.Column Column(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey = false, SchemaShape? annotations = null) =>
            new(name, kind, itemType, isKey, annotations);

        public static SchemaShape Shape(DataViewSchema schema) => SchemaShape.Create(schema);

        /// <summary>Whether execution was cancelled, which AutoML does.</summary>
        public static bool IsCancelled(IHost host) => host is ICancelable { IsCanceled: true };

        public static void ThrowIfCancelled(IHost host)
        {
            if (IsCancelled(host)) throw new OperationCanceledException("Operation was cancelled");
        }

        /// <summary>The GPU that <see cref="MLContext.GpuDeviceId"/> names.</summary>
        public static int? GpuDevice(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

        /// <summary>The seed that the context was made with.</summary>
        public static int? Seed(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;

        /// <summary>The folder that <see cref="MLContext.TempFilePath"/> names, else the system's.</summary>
        public static string TemporaryFolder(IHostEnvironment environment) =>
            environment is IHostEnvironmentInternal { TempFilePath: { Length: > 0 } folder } ? folder : Path.GetTempPath();

        /// <summary>What <see cref="MLContext.FallbackToCpu"/> says.</summary>
        public static bool FallsBackToCpu(IHostEnvironment environment) => environment is not IHostEnvironmentInternal { FallbackToCpu: false };
    }
}
