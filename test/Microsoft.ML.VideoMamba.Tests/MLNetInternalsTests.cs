using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>What the library uses of ML.NET that ML.NET does not promise. A version that changes one of these breaks saved models or cancellation.</summary>
[TestClass]
public sealed class MLNetInternalsTests
{
    private static readonly string[] s_allowed =
    [
        "CatalogUtils",
        "CatalogUtils.GetEnvironment",
        "ICancelable",
        "ICancelable.IsCanceled",
        "IHostEnvironmentInternal",
        "IHostEnvironmentInternal.FallbackToCpu",
        "IHostEnvironmentInternal.GpuDeviceId",
        "IHostEnvironmentInternal.Seed",
        "IHostEnvironmentInternal.TempFilePath",
        "IInternalCatalog",
        "LoadableClassAttribute",
        "LoadableClassAttribute..ctor",
        "ModelLoadContext",
        "ModelLoadContext.CheckAtModel",
        "ModelLoadContext.LoadStringOrNull",
        "ModelLoadContext.TryLoadBinaryStream",
        "ModelSaveContext.CheckAtModel",
        "ModelSaveContext.SaveBinaryStream",
        "ModelSaveContext.SaveStringOrNull",
        "ModelSaveContext.SetVersionInfo",
        "SchemaShape.Create",
        "SchemaShape.Column..ctor",
        "SignatureLoadModel",
        "VersionInfo",
        "VersionInfo..ctor",
    ];

    [TestMethod]
    public void OnlyTheseAreUsed()
    {
        var used = Internals(typeof(VideoMambaTrainer).Assembly.Location).Distinct().Order(StringComparer.Ordinal).ToArray();

        Assert.AreEqual("", string.Join('\n', used.Except(s_allowed)), "new internals of ML.NET");
        Assert.AreEqual("", string.Join('\n', s_allowed.Except(used)), "no longer used");
    }

    private static IEnumerable<string> Internals(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.TypeReferences)
        {
            if (Resolve(metadata, handle) is { IsVisible: false } type) yield return NameOf(type);
        }

        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference || Resolve(metadata, (TypeReferenceHandle)member.Parent) is not { } type) continue;
            string name = metadata.GetString(member.Name);
            var found = type.GetMember(name, BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
            if (found.Length > 0 && !(type.IsVisible && found.All(IsPublic))) yield return $"{NameOf(type)}.{(name.StartsWith("get_", StringComparison.Ordinal) ? name[4..] : name)}";
        }
    }

    private static bool IsPublic(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily,
        FieldInfo field => field.IsPublic,
        _ => true,
    };

    private static Type? Resolve(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var reference = metadata.GetTypeReference(handle);
        string name = metadata.GetString(reference.Name), space = metadata.GetString(reference.Namespace);
        if (reference.ResolutionScope.Kind == HandleKind.TypeReference) return Resolve(metadata, (TypeReferenceHandle)reference.ResolutionScope)?.GetNestedType(name, BindingFlags.Public | BindingFlags.NonPublic);
        if (reference.ResolutionScope.Kind != HandleKind.AssemblyReference) return null;
        string assembly = metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name);
        return assembly is "Microsoft.ML.Core" or "Microsoft.ML.Data" ? Assembly.Load(assembly).GetType($"{space}.{name}") : null;
    }

    private static string NameOf(Type type) => type.DeclaringType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name;
}
