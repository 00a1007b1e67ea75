@echo off
rem Builds the tool in Release and runs it.
setlocal
set "project=%~dp0..\src\Microsoft.ML.VideoMamba.Cli"
dotnet build "%project%" -c Release -v quiet --nologo 1>&2 || exit /b 1
dotnet "%project%\bin\Release\net10.0\videomamba.dll" %*
