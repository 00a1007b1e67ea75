using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>What eng/pack makes, installed from a folder as users do.</summary>
[TestClass]
[DoNotParallelize]
[TestCategory(TestCategories.Slow)]
public sealed class PackageTests
{
    private static readonly string s_version = $"0.1.0-test.{DateTime.UtcNow.Ticks}";
    private static TemporaryFolder s_folder = null!;

    private static string Packages => s_folder["packages"];

    /// <summary>Packages of this run are kept apart from the user's; everything else comes from there.</summary>
    private static Dictionary<string, string> Apart => new()
    {
        ["NUGET_PACKAGES"] = s_folder["installed"],
        ["NUGET_FALLBACK_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["MSBUILDDISABLENODEREUSE"] = "1",
    };

    [ClassInitialize]
    public static void Pack(TestContext context)
    {
        s_folder = new TemporaryFolder();
        string[] arguments = [Packages, $"-p:Version={s_version}", $"-p:ArtifactsPath={s_folder["build"]}"];
        if (OperatingSystem.IsWindows()) Command.Run(RepositoryPaths.Root, new Dictionary<string, string>(), "cmd", ["/c", @"eng\pack.cmd", .. arguments]);
        else Command.Run(RepositoryPaths.Root, new Dictionary<string, string>(), Path.Combine(RepositoryPaths.Root, "eng", "pack"), arguments);
    }

    [ClassCleanup]
    public static void Clean() => s_folder.Dispose();

    [TestMethod]
    public void LibrariesHoldDocumentationAndNoNativeCode()
    {
        string[] packages = [.. Directory.EnumerateFiles(Packages, "Microsoft.ML.VideoMamba*.nupkg").Order(StringComparer.Ordinal)];

        Assert.HasCount(6, packages);
        foreach (string package in packages)
        {
            using var archive = ZipFile.OpenRead(package);
            string[] files = [.. archive.Entries.Select(entry => entry.FullName)];
            string assembly = files.Single(file => file.EndsWith(".dll", StringComparison.Ordinal));
            Assert.StartsWith("lib/net10.0/", assembly);
            Assert.Contains("PACKAGE.md", files);
            Assert.Contains(Path.ChangeExtension(assembly, ".xml"), files);
            string[] allowed = [".dll", ".xml", ".md", ".nuspec", ".psmdcp", ".rels", ".txt"];
            Assert.AreEqual("", string.Join(' ', files.Where(file => !allowed.Contains(Path.GetExtension(file)))), package);
        }
    }

    [TestMethod]
    public void AnAppThatReferencesThePackageLoadsAModelAndPredicts()
    {
        var ml = new MLContext(seed: 1);
        using var clips = new TinyClips();
        var data = ml.Data.LoadFromEnumerable(clips.Rows);
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.LoadVideoFrames("Video", "Path", TinyClips.Frames))
            .Append(ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options())).Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);
        ml.Model.Save(model, data.Schema, s_folder["model.zip"]);
        var only = ml.Data.TakeRows(data, 1);
        float[] expected = model.Transform(only).GetColumn<float[]>("Score").Single();

        string app = Directory.CreateDirectory(s_folder["app"]).FullName;
        WriteApp(app);
        Command.Run(app, Apart, "dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet");
        string output = Command.Run(app, Apart, "dotnet", "bin/Release/net10.0/app.dll", s_folder["model.zip"], clips.Rows[0].Path);

        Assert.AreEqual($"{Convert.ToHexString(MemoryMarshal.AsBytes(expected.AsSpan()))} {model.Transform(only).GetColumn<string>("PredictedLabel").Single()}", output.Trim());
    }

    [TestMethod]
    public void TheToolIsInstalledAndPredicts()
    {
        using var checkpoint = new TinyCheckpoint(labels: ["a", "b", "c"]);
        Command.Run(s_folder.FullName, Apart, "dotnet", "tool", "install", "videomamba", "--tool-path", s_folder["tool"], "--add-source", Packages, "--version", s_version);
        string tool = Path.Combine(s_folder["tool"], OperatingSystem.IsWindows() ? "videomamba.exe" : "videomamba");

        string help = Command.Run(s_folder.FullName, Apart, tool, "--help");
        string scores = Command.Run(s_folder.FullName, Apart, tool, "predict", "--checkpoint", checkpoint.Path, Path.Combine(RepositoryPaths.Media, "plant-short.mp4"), "--json");

        Assert.Contains("predict", help);
        Assert.Contains("\"label\":\"b\"", scores);
    }

    private static void WriteApp(string folder)
    {
        var versions = XDocument.Load(Path.Combine(RepositoryPaths.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);
        string opencv = OperatingSystem.IsWindows() ? "OpenCvSharp4.runtime.win"
            : OperatingSystem.IsMacOS() ? $"OpenCvSharp4.runtime.osx.{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}"
            : "OpenCvSharp4.official.runtime.linux-x64";
        File.WriteAllText(Path.Combine(folder, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
                <AppendRuntimeIdentifierToOutputPath>false</AppendRuntimeIdentifierToOutputPath>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.ML.VideoMamba" Version="{s_version}" />
                <PackageReference Include="TorchSharp-cpu" Version="{versions["TorchSharp-cpu"]}" />
                <PackageReference Include="{opencv}" Version="{versions[opencv]}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="local" value="{Packages}" />
              </packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), """
            using System.Runtime.InteropServices;
            using Microsoft.ML;
            using Microsoft.ML.Data;
            using Microsoft.ML.VideoMamba.Video;

            var ml = new MLContext();
            var model = ml.Model.Load(args[0], out _);
            var scored = model.Transform(ml.Data.LoadFromEnumerable([new LabeledVideo { Path = args[1], Label = "unknown" }]));
            var score = scored.GetColumn<float[]>("Score").Single();
            Console.WriteLine($"{Convert.ToHexString(MemoryMarshal.AsBytes(score.AsSpan()))} {scored.GetColumn<string>("PredictedLabel").Single()}");
            """);
    }
}
