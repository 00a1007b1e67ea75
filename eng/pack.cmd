@echo off
rem Makes the NuGet packages of the libraries and of the tool: eng\pack [DIR] [further arguments of dotnet pack].
setlocal
set "folder=%~1"
if "%folder%"=="" (set "folder=%~dp0..\artifacts\packages") else (set "folder=%~f1")
cd /d "%~dp0.."
for %%p in (src\Microsoft.ML.VideoMamba.Video src\Microsoft.ML.VideoMamba.Kernels src\Microsoft.ML.VideoMamba.Models src\Microsoft.ML.VideoMamba.Training src\Microsoft.ML.VideoMamba.Reports src\Microsoft.ML.VideoMamba src\Microsoft.ML.VideoMamba.Cli) do (
  dotnet pack %%p -c Release --nologo -v quiet -clp:ErrorsOnly -o "%folder%" %2 %3 %4 || exit /b 1
)
dir /b "%folder%\*.nupkg"
