"""Who speaks the chat completions of OpenAI: Groq, Ollama, vLLM, OpenAI itself."""
