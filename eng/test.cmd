@echo off
rem Restores, builds and tests everything but the long checks. Needs only the .NET SDK.
setlocal
cd /d "%~dp0.."
if exist artifacts\test-results rmdir /s /q artifacts\test-results
if "%~1"=="" (
  dotnet test Microsoft.ML.VideoMamba.sln -c Release --logger trx --results-directory artifacts\test-results --filter "TestCategory!=Slow"
) else (
  dotnet test Microsoft.ML.VideoMamba.sln -c Release --logger trx --results-directory artifacts\test-results %*
)
