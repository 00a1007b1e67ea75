// Trains a small VideoMamba on videos, in an ML.NET pipeline, and uses it. Without arguments it learns six camera motions that it renders over photographs;
// with a folder (one sub-folder for each class) it learns the user's own videos.
using System.CommandLine;

var folder = new Argument<DirectoryInfo>("DIR")
{
    Description = "Your own videos, one sub-folder for each class, to learn from instead of the rendered camera motions.",
    Arity = ArgumentArity.ZeroOrOne,
};
folder.AcceptExistingOnly();
var output = new Option<DirectoryInfo>("--output") { Description = "Where results are written.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo("quickstart-output") };
var seed = new Option<int>("--seed") { Description = "Seed of everything that is drawn.", HelpName = "N", DefaultValueFactory = _ => 1 };
var epochs = new Option<int>("--epochs") { Description = "Passes over the clips.", HelpName = "N", DefaultValueFactory = _ => 30 };
var clips = new Option<int>("--clips") { Description = "Clips rendered of each photograph and motion.", HelpName = "N", DefaultValueFactory = _ => 12 };

var model = new Argument<FileInfo>("MODEL") { Description = "The model.zip that was saved." };
var videos = new Argument<string[]>("VIDEO") { Description = "Videos to classify and embed.", Arity = ArgumentArity.OneOrMore };
var use = new Command("use", "Load a saved model in a process of its own; classify and embed videos.") { model.AcceptExistingOnly(), videos };
use.SetAction(parsed => ModelUse.Run(parsed.GetRequiredValue(model).FullName, parsed.GetRequiredValue(videos)));

var root = new RootCommand("Train a small VideoMamba on videos, in an ML.NET pipeline, and use it.") { folder, output, seed, epochs, clips, use };
root.SetAction(parsed => QuickStart.Run(
    parsed.GetValue(folder)?.FullName, parsed.GetRequiredValue(output).FullName, parsed.GetValue(seed), parsed.GetValue(epochs), parsed.GetValue(clips)));
return root.Parse(args).Invoke();
