"""Google's Gemini: generateContent, streamed."""
