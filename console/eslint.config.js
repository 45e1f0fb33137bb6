import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["src/api/schema.ts"] },
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "max-lines": ["error", 300],
      "no-restricted-properties": [
        "error",
        { object: "document", property: "write", message: "what people wrote is shown as text" },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "what people wrote is shown as text" },
        { selector: "CallExpression[callee.name='fetch']", message: "ask through src/api" },
      ],
    },
  },
  { files: ["src/api/**"], rules: { "no-restricted-syntax": "off" } },
);
