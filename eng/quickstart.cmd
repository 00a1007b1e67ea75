@echo off
rem The main job on real clips: restores, builds and runs samples\QuickStart. Needs only the .NET SDK.
setlocal
cd /d "%~dp0.."
dotnet run --project samples\QuickStart -c Release -- %*
