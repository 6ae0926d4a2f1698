"""all-MiniLM-L6-v2 as an ONNX graph, built from its weights without torch.

Six BERT layers (Devlin et al. 2018, post-norm), mean pooling over the pieces that are not padding,
and unit length, as sentence-transformers runs the same weights. Needs `onnx`, at set-up only.
"""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from core.knowledge.embedding.safetensors import Weights

LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD_WIDTH = WIDTH // HEADS
_EPSILON = 1e-12
_OPSET, _IR_VERSION = 20, 10


class GraphBuilder:
    """Collects nodes and constants; every method returns the name of the value it made."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def build(self) -> onnx.ModelProto:
        """The checked model: input_ids, attention_mask [b, s] → embedding [b, 384]."""
        mask = self._node("Cast", "attention_mask", to=TensorProto.FLOAT)
        hidden = self._embed_pieces()
        bias = self._attention_bias(mask)
        for layer in range(LAYERS):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}.")
        self._pool(hidden, mask)
        return self._model()

    def _embed_pieces(self) -> str:
        words = self._node("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids")
        length = self._slice(self._node("Shape", "input_ids"), self._ints(1), self._ints(2))
        places = self._weight("embeddings.position_embeddings.weight")
        places = self._node("Slice", places, self._ints(0), length, self._ints(0))
        kinds = self._weights["embeddings.token_type_embeddings.weight"][0]
        summed = self._node("Add", words, places)
        summed = self._node("Add", summed, self._constant("token_type", kinds))
        return self._normalize(summed, "embeddings.LayerNorm")

    def _attention_bias(self, mask: str) -> str:
        """0 where a piece may be looked at, -1e9 where there is only padding."""
        one, far = self._number("one", 1.0), self._number("far", -1e9)
        absent = self._node("Sub", one, self._node("Unsqueeze", mask, self._ints(1, 2)))
        return self._node("Mul", absent, far)

    def _layer(self, hidden: str, bias: str, prefix: str) -> str:
        attended = self._attention(hidden, bias, prefix + "attention.self.")
        attended = self._linear(attended, prefix + "attention.output.dense")
        hidden = self._node("Add", attended, hidden)
        hidden = self._normalize(hidden, prefix + "attention.output.LayerNorm")
        inner = self._node("Gelu", self._linear(hidden, prefix + "intermediate.dense"))
        inner = self._node("Add", self._linear(inner, prefix + "output.dense"), hidden)
        return self._normalize(inner, prefix + "output.LayerNorm")

    def _attention(self, hidden: str, bias: str, prefix: str) -> str:
        query = self._heads(self._linear(hidden, prefix + "query"), [0, 2, 1, 3])
        key = self._heads(self._linear(hidden, prefix + "key"), [0, 2, 3, 1])
        value = self._heads(self._linear(hidden, prefix + "value"), [0, 2, 1, 3])
        scale = self._number("scale", HEAD_WIDTH**-0.5)
        scores = self._node("Mul", self._node("MatMul", query, key), scale)
        shares = self._node("Softmax", self._node("Add", scores, bias), axis=-1)
        mixed = self._node("Transpose", self._node("MatMul", shares, value), perm=[0, 2, 1, 3])
        return self._node("Reshape", mixed, self._ints(0, 0, WIDTH))

    def _heads(self, value: str, order: list[int]) -> str:
        split = self._node("Reshape", value, self._ints(0, 0, HEADS, HEAD_WIDTH))
        return self._node("Transpose", split, perm=order)

    def _pool(self, hidden: str, mask: str) -> None:
        column = self._node("Unsqueeze", mask, self._ints(2))
        kept = self._node("Mul", hidden, column)
        total = self._node("ReduceSum", kept, self._ints(1), keepdims=0)
        count = self._node("ReduceSum", column, self._ints(1), keepdims=0)
        mean = self._node("Div", total, count)
        squares = self._node("Mul", mean, mean)
        length = self._node("Sqrt", self._node("ReduceSum", squares, self._ints(1), keepdims=1))
        self._nodes.append(helper.make_node("Div", [mean, length], ["embedding"]))

    def _model(self) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "s"])
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", WIDTH])
        graph = helper.make_graph(
            self._nodes, "minilm", inputs, [output], list(self._constants.values())
        )
        opset = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model

    def _linear(self, value: str, name: str) -> str:
        matrix = self._constant(name + ".matrix", self._weights[name + ".weight"].T)
        product = self._node("MatMul", value, matrix)
        return self._node("Add", product, self._weight(name + ".bias"))

    def _normalize(self, value: str, name: str) -> str:
        scale, shift = self._weight(name + ".weight"), self._weight(name + ".bias")
        return self._node("LayerNormalization", value, scale, shift, axis=-1, epsilon=_EPSILON)

    def _slice(self, value: str, start: str, end: str) -> str:
        return self._node("Slice", value, start, end)

    def _node(self, operator: str, *inputs: str, **attributes: object) -> str:
        name = f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _ints(self, *values: int) -> str:
        name = "ints_" + "_".join(map(str, values))
        return self._constant(name, np.array(values, dtype=np.int64))

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, dtype=np.float32))

    def _constant(self, name: str, value: NDArray[np.float32] | NDArray[np.int64]) -> str:
        if name not in self._constants:
            tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
            self._constants[name] = tensor
        return name
